"""Continual learning: runs on fresh tasks beside explicit and reduced ones in NumPy and JAX; the
exact moments of all errors, and the mean loss of refresh learning, beside the same recursions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, sweep_of

TASKS, VISITS, NOISE = 4, 8, 0.05


def rows(tiny: bool) -> Iterator[Row]:
    for d, n in ((20, 4),) if tiny else ((60, 12), (1000, 50)):
        yield _runs(d, n, 50 if tiny else (1000 if d == 60 else 100))
    for k in (3,) if tiny else (4, 16):
        yield _moments(k, 20 if tiny else 2000)
    for d in (5,) if tiny else (20, 200):
        yield _refresh(d, 20 if tiny else 30_000)


# Runs: every side draws its own numbers; final errors agree in the mean.


def _runs(d: int, n: int, replicas: int) -> Row:
    fixed = {"dimension": d, "n_samples": n, "noise": NOISE, "n_visits": VISITS}
    sweep = sweep_of("continual.fresh_tasks", fixed | {"sequence": "cyclic"})
    peers = {
        "NumPy": numpy_explicit,
        "NumPy, our law": numpy_reduced,
        "JAX": jax_explicit,
        "JAX, our law": jax_reduced,
    }

    def ours() -> Job:
        engine = Engine(sweep, replicas=replicas)
        return lambda: {"final_error": engine()["final_error"]}

    return Row(
        f"fresh tasks: weights {d}",
        "visit",
        replicas * VISITS,
        ours,
        {name: Peer(partial(make, d, n, replicas)) for name, make in peers.items()},
        equal_means(),
        size=d,
        grows="weights",
        # Directions across, of the data and of the noise, in the span of the teachers.
        floor=(Amount(Limit("normal"), 2.0 * (TASKS + 2) * replicas * VISITS),),
    )


def numpy_explicit(d: int, n: int, replicas: int) -> Job:
    """All replicas side by side: rows drawn, and the n x n systems solved."""
    v, rng = np.eye(TASKS, d), np.random.default_rng(0)

    def job() -> dict[str, Any]:
        w = np.zeros((replicas, d))
        for k in range(VISITS):
            x = rng.standard_normal((replicas, n, d))
            r = (x @ (v[k % TASKS] - w)[:, :, None])[:, :, 0]
            r += np.sqrt(NOISE) * rng.standard_normal((replicas, n))
            z = np.linalg.solve(x @ x.transpose(0, 2, 1), r[:, :, None])
            w += (x.transpose(0, 2, 1) @ z)[:, :, 0]
        return {"final_error": ((w[:, None] - v) ** 2).sum(axis=2).mean(axis=1)}

    return job


def across(np_: Any, z: Any, outside: Any, of: tuple[Any, ...]) -> tuple[Any, Any]:
    """A random direction (replicas, m+2) at right angles to unit ones: normal numbers, and a
    squared length outside, which is the last coordinate's own.
    """
    for unit in of:
        z = z - np_.sum(z * unit, axis=1, keepdims=True) * unit
    size = np_.sqrt(np_.sum(z * z, axis=1, keepdims=True) + outside[:, None])
    return z / size, outside / size[:, 0] ** 2


def reduced_visit(np_: Any, c: Any, v: Any, draws: Any) -> Any:
    """A visit of all replicas, in law as ours: coordinates c (replicas, m+2), the last two w's
    length across the teachers and none.
    """
    z, g = draws
    b = v - c
    size = np_.sqrt(np_.sum(b * b, axis=1, keepdims=True))
    unit, share = b / size, (g[0] / (g[0] + g[1]))[:, None]
    # h has its part outside on the last coordinate, a fresh direction
    h = z[0].at[:, -1].set(np_.sqrt(g[2])) if hasattr(z[0], "at") else _last(z[0], np.sqrt(g[2]))
    h, _ = across(np_, h, 0.0 * g[2], (unit,))
    forward = np_.sqrt(share) * unit + np_.sqrt(1.0 - share) * h
    r, outside = across(np_, z[1], g[5], (unit, h))
    noise = np_.sqrt(NOISE / g[4])
    side = noise * np_.sqrt(g[3])
    c = c + (size * np_.sqrt(share) + (noise * z[2])[:, None]) * forward + side[:, None] * r
    length = np_.sqrt(c[:, -2] ** 2 + c[:, -1] ** 2 + side**2 * outside)
    return np_.concatenate([c[:, :-2], length[:, None], 0.0 * length[:, None]], axis=1)


def _last(z: Any, values: Any) -> Any:
    z[:, -1] = values
    return z


def freedoms(d: int, n: int) -> tuple[int, ...]:
    outside = d - TASKS - 1
    return n, d - n, outside, n - 1, d - n + 1, outside - 1


def reduced_error(np_: Any, c: Any) -> Any:
    v = np.eye(TASKS, TASKS + 2)
    return np_.mean(np_.sum((c[:, None] - v) ** 2, axis=2), axis=1)


def numpy_reduced(d: int, n: int, replicas: int) -> Job:
    """The same law as ours, all replicas side by side."""
    v, rng, m = np.eye(TASKS, TASKS + 2), np.random.default_rng(0), TASKS + 2

    def job() -> dict[str, Any]:
        c = np.zeros((replicas, m))
        for k in range(VISITS):
            z = [*rng.standard_normal((2, replicas, m)), rng.standard_normal(replicas)]
            g = [2.0 * rng.standard_gamma(0.5 * f, replicas) for f in freedoms(d, n)]
            c = reduced_visit(np, c, v[k % TASKS], (z, g))
        return {"final_error": reduced_error(np, c)}

    return job


def jax_explicit(d: int, n: int, replicas: int) -> Job:
    jax, jnp = jax_numpy()
    v = jnp.eye(TASKS, d)

    def run(key: Any) -> Any:
        def visit(w: Any, of: Any) -> tuple[Any, None]:
            key, j = of
            first, second = jax.random.split(key)
            x = jax.random.normal(first, (n, d), jnp.float64)
            r = x @ (v[j] - w) + jnp.sqrt(NOISE) * jax.random.normal(second, (n,), jnp.float64)
            factor = jax.scipy.linalg.cho_factor(x @ x.T)
            return w + x.T @ jax.scipy.linalg.cho_solve(factor, r), None

        keys, tasks = jax.random.split(key, VISITS), jnp.arange(VISITS) % TASKS
        w = jax.lax.scan(visit, jnp.zeros(d), (keys, tasks))[0]
        return jnp.mean(jnp.sum((w - v) ** 2, axis=1))

    runs = jax.jit(lambda key: jax.lax.map(run, jax.random.split(key, replicas)))
    return lambda: {"final_error": np.asarray(runs(jax.random.PRNGKey(0)))}


def jax_reduced(d: int, n: int, replicas: int) -> Job:
    jax, jnp = jax_numpy()
    v, m = jnp.eye(TASKS, TASKS + 2), TASKS + 2

    def visit(c: Any, of: Any) -> tuple[Any, None]:
        key, j = of
        keys = jax.random.split(key, 9)
        z = [jax.random.normal(k, (replicas, m), jnp.float64) for k in keys[:2]]
        z.append(jax.random.normal(keys[2], (replicas,), jnp.float64))
        g = [
            2.0 * jax.random.gamma(k, 0.5 * f, (replicas,), jnp.float64)
            for k, f in zip(keys[3:], freedoms(d, n), strict=True)
        ]
        return reduced_visit(jnp, c, v[j], (z, g)), None

    @jax.jit
    def runs(key: Any) -> Any:
        of = jax.random.split(key, VISITS), jnp.arange(VISITS) % TASKS
        c = jax.lax.scan(visit, jnp.zeros((replicas, m)), of)[0]
        return reduced_error(jnp, c)

    return lambda: {"final_error": np.asarray(runs(jax.random.PRNGKey(0)))}


# Exact moments: the same recursion on whole matrices, all pairs of tasks at once.


def _moments(k: int, visits: int) -> Row:
    fixed = {"n_tasks": k, "n_visits": visits, "sequence": "cyclic", "plasticity": 0.7}
    sweep = sweep_of("continual.fresh_tasks", fixed | {"n_records": 1})

    def ours() -> Job:
        engine = Engine(sweep, "theory")

        def job() -> dict[str, Any]:
            found = engine()
            return {name: found[name] for name in ("error", "error_square")}

        return job

    return Row(
        f"exact moments of fresh tasks: tasks {k}",
        "visit",
        visits,
        ours,
        {
            "NumPy": Peer(partial(numpy_moments, k, visits)),
            "JAX": Peer(partial(jax_moments, k, visits)),
        },
        equal_to(1e-9),
        size=k,
        grows="tasks",
        floor=(Amount(Limit("arithmetic"), visits * 0.5 * k * (k + 1) * 150.0),),
    )


class Moments:
    """What the recursion of equal distances 2 is made of: d 60, n 12, orthogonal unit teachers."""

    def __init__(self, k: int) -> None:
        d, n, self.k, self.kappa = 60.0, 12.0, k, 0.7
        self.q, free = n / d, d - n - 1
        self.s1 = NOISE * n / free
        self.s2 = NOISE**2 * n * (n + 2) / (free * (free - 2))
        below = d * (d - 1) * (d + 2)
        self.c1, self.r1 = (m * ((d + 1) * m - 2) / below for m in (n, d - n))
        self.c2, self.d = n * (d - n) / below, d
        self.far = 2.0 * (1.0 - np.eye(k))

    def visit(self, np_: Any, mean: Any, square: Any, j: Any) -> tuple[Any, Any]:
        """E e and E e e' after a visit to j, in the arrays of ``np_``."""
        x, a, far = self.kappa, 1.0 - self.kappa, np_.asarray(self.far)
        to, k = far[:, j], self.k
        one, zero = np_.ones((k, k)), np_.zeros((k, k))
        m = [mean[:, None] * one, mean[None, :] * one, mean[j] * one]
        own = np_.diagonal(square)
        ii, ll, il = own[:, None] * one, own[None, :] * one, square
        ij, lj, jj = square[:, j][:, None] * one, square[:, j][None, :] * one, square[j, j] * one
        q = [[one, *m], [m[0], ii, il, ij], [m[1], il, ll, lj], [m[2], ij, lj, jj]]

        def product(f: Any, g: Any) -> Any:
            return sum(f[s] * g[t] * q[s][t] for s in range(4) for t in range(4))

        toward = x * (to[:, None] + to[None, :])
        a_il = (-0.5 * far, 0.5 * one, 0.5 * one, zero)
        g_ii = (x * to[:, None] * one, a * one, zero, -x * a * one)
        g_ll = (x * to[None, :] * one, zero, a * one, -x * a * one)
        g_il = (0.5 * (toward - far), 0.5 * a * one, 0.5 * a * one, -x * a * one)
        x_il = (0.5 * (x * to[:, None] - far), 0.5 * a * one, 0.5 * one, -0.5 * x * one)
        x_li = (0.5 * (x * to[None, :] - far), 0.5 * one, 0.5 * a * one, -0.5 * x * one)
        e_i, e_l, sure = (zero, one, zero, zero), (zero, zero, one, zero), (one, zero, zero, zero)
        new = self.r1 * product(e_i, e_l) + 2 * self.c2 * product(a_il, a_il)
        new += self.c1 * product(g_ii, g_ll) + 2 * self.c2 * product(g_il, g_il)
        new += (self.q - self.c1) * (product(e_i, g_ll) + product(e_l, g_ii))
        new -= 2 * self.c2 * (product(x_il, x_il) + product(x_li, x_li))
        noise = x * x * self.s1
        new += noise * (1 - self.q) * (m[0] + m[1])
        new += noise * self.q * (product(sure, g_ii) + product(sure, g_ll))
        new += 4 * noise / self.d * product(sure, g_il) + x**4 * self.s2
        after = (1 - self.q * x) * mean + self.q * x * to - self.q * x * a * mean[j] + noise
        return after, new

    def outputs(self, mean: Any, square: Any) -> dict[str, Any]:
        own = np.diagonal(np.asarray(square))
        return {"error": np.asarray(mean)[None, :, None], "error_square": own[None, :, None]}


def numpy_moments(k: int, visits: int) -> Job:
    of = Moments(k)

    def job() -> dict[str, Any]:
        mean, square = np.ones(k), np.ones((k, k))
        for t in range(visits):
            mean, square = of.visit(np, mean, square, t % k)
        return of.outputs(mean, square)

    return job


def jax_moments(k: int, visits: int) -> Job:
    jax, jnp = jax_numpy()
    of = Moments(k)

    @jax.jit
    def run(mean: Any, square: Any) -> Any:
        def visit(state: Any, t: Any) -> tuple[Any, None]:
            return of.visit(jnp, *state, t % k), None

        return jax.lax.scan(visit, (mean, square), jnp.arange(visits))[0]

    return lambda: of.outputs(*run(jnp.ones(k), jnp.ones((k, k))))


# Refresh learning: the recursion with its matrix W, and with its sums alone.


def _refresh(d: int, updates: int) -> Row:
    fixed = {"dimension": d, "n_updates": updates, "unlearning_rate": 0.02, "n_records": 1}
    sweep = sweep_of("continual.refresh", fixed | {"learning_rate": 0.04})
    return Row(
        f"mean of refresh learning: weights {d}",
        "update",
        updates,
        lambda: Engine(sweep, "theory"),
        {
            "NumPy": Peer(partial(numpy_refresh, d, updates)),
            "JAX": Peer(partial(jax_refresh, d, updates)),
        },
        equal_to(1e-9),
        size=d,
        grows="weights",
        floor=(Amount(Limit("arithmetic"), 12.0 * d * updates),),
    )


class Refreshed:
    """Constants of C_ii <- kept C_ii + h_i (alpha + beta h_i + gamma h_i^2) . sums + fresh."""

    def __init__(self, d: int) -> None:
        h = np.arange(1.0, d + 1.0) ** -1.0
        zero, one = 0.04 - 0.02, 0.04 * 0.02
        p1, p2 = h.sum(), (h * h).sum()
        plain = zero**2 + 2 * zero * one * p1 + one**2 * (2 * p2 + p1**2)
        linear, square = 4 * one * (zero + one * p1), 8 * one**2
        self.h, self.d = h, d
        own = plain + 2 * linear * h + 3 * square * h * h
        self.kept = 1 - 2 * h * (zero + one * (p1 + 2 * h)) + 2 * h * h * own
        self.gains = np.stack([plain + linear * h + square * h * h, linear + square * h])
        self.square, self.fresh = square, h * 0.1 * self.gains[0]
        self.powers = np.stack([h, h**2, h**3])

    def step(self, np_: Any, c: Any) -> Any:
        s = np_.asarray(self.powers) @ c
        gained = self.gains[0] * s[0] + self.gains[1] * s[1] + self.square * s[2]
        return self.kept * c + self.h * gained + self.fresh

    def outputs(self, c: Any) -> dict[str, Any]:
        return {"loss": np.array([[0.5 * np.sum(self.h * np.asarray(c))]])}


def numpy_refresh(d: int, updates: int) -> Job:
    of = Refreshed(d)

    def job() -> dict[str, Any]:
        c = np.full(d, 1.0 / d)
        for _ in range(updates):
            c = of.step(np, c)
        return of.outputs(c)

    return job


def jax_refresh(d: int, updates: int) -> Job:
    jax, jnp = jax_numpy()
    of = Refreshed(d)

    @jax.jit
    def run(c: Any) -> Any:
        return jax.lax.scan(lambda c, _: (of.step(jnp, c), None), c, None, length=updates)[0]

    return lambda: of.outputs(run(jnp.full(d, 1.0 / d)))
