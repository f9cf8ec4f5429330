"""Online learners by their overlaps beside their weights, and ridge regression in law beside plain
solves; draws of every side are its own.

scikit-learn's perceptron is the same rule on rows of a matrix.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, batch_of, sweep_of

MOST_WEIGHTS = 1000  # inputs of the peers that keep weights
START, ETA, SCALE = 1.0, 1.0, 0.3
PENALTY, NOISE = 0.1, 0.1
REACH, NODES, NEWTON, ROUNDS = 9.0, 301, 6, 80  # of the peers' curves


def rows(tiny: bool) -> Iterator[Row]:
    examples, replicas = (40, 8) if tiny else (4000, 16)
    for rule in ("perceptron", "hebb"):
        for n in (20,) if tiny else (100, 1000, 1_000_000):
            yield _rule(rule, n, examples, replicas)
    for n in (20,) if tiny else (100, 1000, 1_000_000):
        yield _committee(n, examples, replicas)
    for d in (20,) if tiny else (100, 500):
        yield _ridge(d, replicas)
    for loss in ("square", "logistic"):
        yield _curve(loss, 3 if tiny else 50)


def _row(name: str, unit: str, units: int, n: int, ours: Engine, jobs: dict[str, Any]) -> Row:
    peers = {peer: Peer(job) for peer, job in jobs.items()}
    ours_made = partial(lambda engine: engine, ours)
    return Row(
        name, unit, units, ours_made, peers, equal_means(6.0), size=n, grows=name.split()[-2]
    )


def _rule(rule: str, n: int, examples: int, replicas: int) -> Row:
    """Hebb's updates at every example, the perceptron's at those it gets wrong."""
    fixed = {"rule": rule, "size": n, "duration": examples / n, "n_records": 1}
    sweep = sweep_of("teacher_student.online_rules", fixed)
    makers = {"JAX, overlaps": jax_rule}
    if n <= MOST_WEIGHTS:
        makers |= {"NumPy": numpy_rule, "PyTorch": torch_rule}
    jobs: dict[str, Any] = {
        peer: partial(make, rule == "hebb", n, examples, replicas) for peer, make in makers.items()
    }
    if rule == "perceptron" and n <= MOST_WEIGHTS:
        jobs["scikit-learn"] = partial(sklearn_rule, n, examples, replicas)
    ours = Engine(sweep, replicas=replicas)
    return _row(f"{rule} rule: size {n}", "example", examples * replicas, n, ours, jobs)


def _overlaps(m: Any, q: Any) -> dict[str, Any]:
    """One record a replica."""
    return {"overlap": np.asarray(m)[:, None], "self_overlap": np.asarray(q)[:, None]}


def numpy_rule(always: bool, n: int, examples: int, replicas: int) -> Job:
    """Replicas in one array, the teacher along the first axis."""
    rng, root = np.random.Generator(np.random.SFC64(1)), math.sqrt(n)

    def job() -> dict[str, Any]:
        w = math.sqrt(START) * rng.standard_normal((replicas, n))
        x = np.empty_like(w)
        for _ in range(examples):
            rng.standard_normal(out=x)
            y = np.where(x[:, 0] >= 0.0, 1.0, -1.0)
            wrong = (y * np.einsum("rn,rn->r", w, x) < 0.0) | always
            w += (ETA / root * y * wrong)[:, None] * x
        return _overlaps(w[:, 0] / root, np.einsum("rn,rn->r", w, w) / n)

    return job


def torch_rule(always: bool, n: int, examples: int, replicas: int) -> Job:
    torch, root = one_thread_torch(), math.sqrt(n)

    def job() -> dict[str, Any]:
        w = torch.randn((replicas, n), dtype=torch.float64) * math.sqrt(START)
        x = torch.empty_like(w)
        for _ in range(examples):
            x.normal_()
            y = torch.sign(x[:, 0])
            wrong = (y * (w * x).sum(1) < 0.0) | always
            w += (ETA / root * y * wrong)[:, None] * x
        return _overlaps(w[:, 0] / root, (w * w).sum(1) / n)

    return job


def sklearn_rule(n: int, examples: int, replicas: int) -> Job:
    from sklearn.linear_model import SGDClassifier

    rng, root = np.random.Generator(np.random.SFC64(1)), math.sqrt(n)

    def once() -> tuple[float, float]:
        x = rng.standard_normal((examples, n))
        learner = SGDClassifier(
            loss="perceptron",
            penalty=None,
            learning_rate="constant",
            eta0=ETA / root,
            fit_intercept=False,
            shuffle=False,
            max_iter=1,
            tol=None,
        )
        start = math.sqrt(START) * rng.standard_normal((1, n))
        w = learner.fit(x, np.where(x[:, 0] >= 0.0, 1, -1), coef_init=start).coef_[0]
        return w[0] / root, w @ w / n

    return lambda: _overlaps(*np.array([once() for _ in range(replicas)]).T)


def jax_rule(always: bool, n: int, examples: int, replicas: int) -> Job:
    """Our chain as a scan."""
    jax, jnp = jax_numpy()

    @jax.jit
    def run(key: Any) -> Any:
        first, normal, rest, length = jax.random.split(key, 4)
        z = jax.random.normal(first, (replicas,), dtype=jnp.float64)
        others = 2.0 * jax.random.gamma(length, 0.5 * (n - 1), (replicas,), dtype=jnp.float64)
        fields = jax.random.normal(normal, (examples, 2, replicas), dtype=jnp.float64)
        k = 2.0 * jax.random.gamma(rest, 0.5 * (n - 2), (examples, replicas), dtype=jnp.float64)

        def step(state: Any, draws: Any) -> Any:
            (m, q), ((u, other), k) = state, draws
            h = m * u + jnp.sqrt(jnp.maximum(q - m * m, 0.0)) * other
            y = jnp.where(u >= 0.0, 1.0, -1.0)
            f = ETA * ((y * h < 0.0) | always)
            square = u * u + other * other + k
            return (m + f * y * u / n, q + (2.0 * f * y * h + f * f * square / n) / n), None

        start = jnp.sqrt(START / n) * z, START * (z * z + others) / n
        return jax.lax.scan(step, start, (fields, k))[0]

    return lambda: _overlaps(*run(jax.random.key(1, impl="rbg")))


def _committee(n: int, examples: int, replicas: int) -> Row:
    fixed = {"size": n, "duration": examples / n, "n_records": 1, "start_draw": -1}
    sweep = sweep_of("teacher_student.soft_committee", fixed)
    makers = {"JAX, overlaps": jax_committee}
    if n <= MOST_WEIGHTS:
        makers |= {"NumPy": numpy_committee, "PyTorch": torch_committee}
    jobs = {peer: partial(make, n, examples, replicas) for peer, make in makers.items()}
    ours = Engine(sweep, replicas=replicas)
    return _row(f"soft committee: size {n}", "example", examples * replicas, n, ours, jobs)


def _squares(q: Any) -> dict[str, Any]:
    """Q of both units, one record a replica."""
    return {"student_overlaps": np.asarray(q)[..., None]}


def numpy_committee(n: int, examples: int, replicas: int) -> Job:
    """Replicas in one array, teachers along the first two axes."""
    from scipy.special import erf

    rng, root = np.random.Generator(np.random.SFC64(1)), math.sqrt(n)

    def job() -> dict[str, Any]:
        w, x = SCALE * rng.standard_normal((replicas, 2, n)), np.empty((replicas, n))
        for _ in range(examples):
            rng.standard_normal(out=x)
            h = np.matmul(w, x[:, :, None])[:, :, 0] / root
            delta = (erf(x[:, :2] / math.sqrt(2.0)) - erf(h / math.sqrt(2.0))).sum(1)
            slope = math.sqrt(2.0 / math.pi) * np.exp(-0.5 * h * h)
            w += (ETA / root * delta[:, None] * slope)[:, :, None] * x[:, None]
        return _squares(w @ w.transpose(0, 2, 1) / n)

    return job


def torch_committee(n: int, examples: int, replicas: int) -> Job:
    torch, root = one_thread_torch(), math.sqrt(n)

    def job() -> dict[str, Any]:
        w = SCALE * torch.randn((replicas, 2, n), dtype=torch.float64)
        x = torch.empty((replicas, n), dtype=torch.float64)
        for _ in range(examples):
            x.normal_()
            h = torch.bmm(w, x[:, :, None])[:, :, 0] / root
            delta = (torch.erf(x[:, :2] / 2**0.5) - torch.erf(h / 2**0.5)).sum(1)
            slope = math.sqrt(2.0 / math.pi) * torch.exp(-0.5 * h * h)
            w += (ETA / root * delta[:, None] * slope)[:, :, None] * x[:, None]
        return _squares(w @ w.transpose(1, 2) / n)

    return job


def jax_committee(n: int, examples: int, replicas: int) -> Job:
    """Our chain as a scan, both units written out by batched factorisation."""
    jax, jnp = jax_numpy()

    @jax.jit
    def run(key: Any) -> Any:
        keys = jax.random.split(key, 5)
        r = SCALE * jax.random.normal(keys[0], (replicas, 2, 2), dtype=jnp.float64)
        lower = jnp.tril(jax.random.normal(keys[1], (replicas, 2, 2), dtype=jnp.float64), -1)
        freedom = jnp.asarray([0.5 * (n - 2), 0.5 * (n - 3)])
        chi = jnp.sqrt(2.0 * jax.random.gamma(keys[2], freedom, (replicas, 2), dtype=jnp.float64))
        lower = SCALE * (lower + chi[:, :, None] * jnp.eye(2))
        q = (r @ r.transpose(0, 2, 1) + lower @ lower.transpose(0, 2, 1)) / n
        z = jax.random.normal(keys[3], (examples, 4, replicas), dtype=jnp.float64)
        shape = (examples, replicas)
        k = 2.0 * jax.random.gamma(keys[4], 0.5 * (n - 4), shape, dtype=jnp.float64)

        def step(state: Any, draws: Any) -> Any:
            (a, b, c, d, aa, ab, bb), (z, k) = state, draws
            first = jnp.sqrt(jnp.maximum(aa - a * a - b * b, 0.0))
            beside = (ab - a * c - b * d) / first
            last = jnp.sqrt(jnp.maximum(bb - c * c - d * d - beside**2, 0.0))
            h = (
                a * z[0] + b * z[1] + first * z[2],
                c * z[0] + d * z[1] + beside * z[2] + last * z[3],
            )
            g = jax.scipy.special.erf(jnp.stack([z[0], z[1], *h]) / 2**0.5)
            scaled = ETA * (g[0] + g[1] - g[2] - g[3]) * math.sqrt(2.0 / math.pi) / n
            f = scaled * jnp.exp(-0.5 * h[0] ** 2), scaled * jnp.exp(-0.5 * h[1] ** 2)
            square = (z * z).sum(0) + k
            return (
                a + f[0] * z[0],
                b + f[0] * z[1],
                c + f[1] * z[0],
                d + f[1] * z[1],
                aa + 2.0 * f[0] * h[0] + f[0] ** 2 * square,
                ab + f[0] * h[1] + f[1] * h[0] + f[0] * f[1] * square,
                bb + 2.0 * f[1] * h[1] + f[1] ** 2 * square,
            ), None

        at = *(r / math.sqrt(n)).reshape(replicas, 4).T, q[:, 0, 0], q[:, 0, 1], q[:, 1, 1]
        aa, ab, bb = jax.lax.scan(step, at, (z, k))[0][4:]
        return jnp.stack([aa, ab, ab, bb], axis=1).reshape(replicas, 2, 2)

    return lambda: _squares(run(jax.random.key(1, impl="rbg")))


def _curve(loss: str, n: int) -> Row:
    """Overlaps of a loss over the samples; peers have a uniform grid of nodes, which corners would
    spoil, a number of rounds that all loads settle in, and no other output.
    """
    loads = {"sample_ratio": {"geomspace": [0.5, 8.0, n]}}
    sweep = sweep_of("teacher_student.classifier", {"loss": loss, "dimension": 5000}, loads)
    given = np.rint(5000 * batch_of(sweep)["sample_ratio"]) / 5000  # whole samples
    jobs = {"NumPy": numpy_curve, "JAX": jax_curve}
    return Row(
        f"convex classifier, {loss} loss: curve of {n}",
        "load",
        n,
        lambda: Engine(sweep, "theory"),
        {name: Peer(partial(job, loss, given)) for name, job in jobs.items()},
        equal_to(1e-6),
        turns=3,
    )


def _proximal(xp: Any, loss: str, w: Any, v: Any) -> tuple[Any, Any]:
    """f and df/dw at fields w."""
    if loss == "square":
        return (1.0 - w) / (1.0 + v), -1.0 / (1.0 + v) + 0.0 * w
    z = xp.maximum(w, xp.minimum(w + v, 0.0))
    for _ in range(NEWTON):
        f = 1.0 / (1.0 + xp.exp(z))
        z = z - (z - w - v * f) / (1.0 + v * f * (1.0 - f))
    f = 1.0 / (1.0 + xp.exp(z))
    return f, -f * (1.0 - f) / (1.0 + v * f * (1.0 - f))


def _round(xp: Any, ndtr: Any, loss: str, alpha: Any, at: Any) -> Any:
    """m, q, V after a round, on a uniform grid of xi."""
    m, q, v = at
    xi = xp.linspace(-REACH, REACH, NODES)
    weight = 2.0 * REACH / (NODES - 1) * xp.exp(-0.5 * xi * xi) / math.sqrt(2.0 * math.pi)
    f, slope = _proximal(xp, loss, xp.sqrt(q) * xi, v)
    s = xp.sqrt(xp.maximum(1.0 - m * m / q, 1e-300))
    t = m / xp.sqrt(q) * xi / s
    z, z_slope = 2.0 * ndtr(t), 2.0 * xp.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi) / s
    mh, qh = alpha * xp.sum(weight * z_slope * f), alpha * xp.sum(weight * z * f * f)
    scale = PENALTY - alpha * xp.sum(weight * z * slope)
    return mh / scale, (mh * mh + qh) / scale**2, 1.0 / scale


def numpy_curve(loss: str, loads: Any) -> Job:
    from scipy.special import ndtr

    def once(alpha: float) -> Any:
        at = (0.5, 1.0, 1.0)
        for _ in range(ROUNDS):
            at = _round(np, ndtr, loss, alpha, at)
        return at

    def job() -> dict[str, Any]:
        m, q, _ = np.array([once(alpha) for alpha in loads]).T
        return {"overlap": m, "self_overlap": q}

    return job


def jax_curve(loss: str, loads: Any) -> Job:
    """All loads at once."""
    jax, jnp = jax_numpy()
    after = partial(_round, jnp, jax.scipy.special.ndtr, loss)

    def once(alpha: Any) -> Any:
        start = (jnp.array(0.5), jnp.array(1.0), jnp.array(1.0))
        return jnp.stack(jax.lax.fori_loop(0, ROUNDS, lambda _, at: after(alpha, at), start))

    run, given = jax.jit(jax.vmap(once)), jnp.asarray(loads)

    def job() -> dict[str, Any]:
        m, q, _ = np.asarray(run(given)).T
        return {"overlap": m, "self_overlap": q}

    return job


def _ridge(d: int, replicas: int) -> Row:
    """As many samples as inputs."""
    fixed = {"dimension": d, "sample_ratio": 1.0, "penalty": PENALTY, "label_noise": NOISE}
    sweep = sweep_of("teacher_student.ridge", fixed)
    makers = {
        "NumPy": numpy_ridge,
        "PyTorch": torch_ridge,
        "JAX": jax_ridge,
        "scikit-learn": sklearn_ridge,
    }
    jobs = {peer: partial(make, d, replicas) for peer, make in makers.items()}
    return _row(f"ridge: n = d {d}", "fit", replicas, d, Engine(sweep, replicas=replicas), jobs)


def _data(rng: np.random.Generator, d: int) -> tuple[Any, Any, Any]:
    """x (d, d), y (d,), teacher (d,) along the first axis."""
    x, teacher = rng.standard_normal((d, d)) / math.sqrt(d), np.zeros(d)
    teacher[0] = math.sqrt(d)
    return x, x @ teacher + math.sqrt(NOISE) * rng.standard_normal(d), teacher


def _errors(found: list[float]) -> dict[str, Any]:
    return {"excess_error": np.array(found)}


def numpy_ridge(d: int, replicas: int) -> Job:
    from scipy.linalg import solve

    rng = np.random.Generator(np.random.SFC64(1))

    def once() -> float:
        x, y, teacher = _data(rng, d)
        w = solve(x.T @ x + PENALTY * np.eye(d), x.T @ y, assume_a="pos")
        return float(np.sum((w - teacher) ** 2)) / d

    return lambda: _errors([once() for _ in range(replicas)])


def sklearn_ridge(d: int, replicas: int) -> Job:
    from sklearn.linear_model import Ridge

    rng = np.random.Generator(np.random.SFC64(1))
    learner = Ridge(alpha=PENALTY, fit_intercept=False, solver="cholesky")

    def once() -> float:
        x, y, teacher = _data(rng, d)
        return float(np.sum((learner.fit(x, y).coef_ - teacher) ** 2)) / d

    return lambda: _errors([once() for _ in range(replicas)])


def torch_ridge(d: int, replicas: int) -> Job:
    torch = one_thread_torch()

    def once() -> float:
        x = torch.randn((d, d), dtype=torch.float64) / math.sqrt(d)
        teacher = torch.zeros(d, dtype=torch.float64)
        teacher[0] = math.sqrt(d)
        y = x @ teacher + math.sqrt(NOISE) * torch.randn(d, dtype=torch.float64)
        factor = torch.linalg.cholesky(x.T @ x + PENALTY * torch.eye(d, dtype=torch.float64))
        w = torch.cholesky_solve((x.T @ y)[:, None], factor)[:, 0]
        return float(((w - teacher) ** 2).sum()) / d

    return lambda: _errors([once() for _ in range(replicas)])


def jax_ridge(d: int, replicas: int) -> Job:
    jax, jnp = jax_numpy()

    @jax.jit
    def once(key: Any) -> Any:
        inputs, noise = jax.random.split(key)
        x = jax.random.normal(inputs, (d, d), dtype=jnp.float64) / math.sqrt(d)
        teacher = jnp.zeros(d).at[0].set(math.sqrt(d))
        y = x @ teacher + math.sqrt(NOISE) * jax.random.normal(noise, (d,), dtype=jnp.float64)
        w = jax.scipy.linalg.solve(x.T @ x + PENALTY * jnp.eye(d), x.T @ y, assume_a="pos")
        return jnp.sum((w - teacher) ** 2) / d

    keys = jax.random.split(jax.random.key(1, impl="rbg"), replicas)
    return lambda: _errors([float(once(key)) for key in keys])
