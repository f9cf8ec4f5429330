"""Online perceptron with irrelevant inputs, beside explicit weights of all seeds at once and beside
our own chain of three numbers in JAX; and the order of least error beside a plain descent.

Every side draws numbers of its own, so that results are equal in the mean over replicas.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, sweep_of

from toysim.plan import Sweep
from toysim.registry import load_model

REPLICAS = 20


def rows(tiny: bool) -> Iterator[Row]:
    for d in (20,) if tiny else (100, 1000, 4000):
        yield _chain(d, 60 if tiny else 1000)
    yield _control()


def _chain(d: int, updates: int) -> Row:
    fixed = {"n_relevant": d // 5, "n_irrelevant": d - d // 5, "n_records": 1}
    fixed |= {"order": "mixed", "examples_per_dimension": updates / d}
    sweep = sweep_of("curriculum.relevance", fixed)
    jobs = {"NumPy": numpy_weights, "PyTorch": torch_weights, "JAX": jax_chain}
    return Row(
        f"online perceptron: dimension {d}",
        "update",
        REPLICAS * updates,
        lambda: Engine(sweep, replicas=REPLICAS),
        {name: Peer(partial(job, sweep)) for name, job in jobs.items()},
        equal_means(6.0),
        size=d,
        grows="dimension",
        floor=(Amount(Limit("normal"), 3.0 * REPLICAS * updates),),
    )


def _outputs(R: Any, Q_r: Any, Q_i: Any) -> dict[str, Any]:
    found = {"overlap": R, "relevant_norm": Q_r, "irrelevant_norm": Q_i}
    return {name: np.asarray(values, float)[:, None] for name, values in found.items()}


def numpy_weights(sweep: Sweep) -> Job:
    """Explicit weights (replicas, d)."""
    p, rng = sweep.parameters, np.random.Generator(np.random.SFC64(1))
    d, n_r = p.dimension, p.n_relevant

    def job() -> dict[str, Any]:
        w, x = np.zeros((REPLICAS, d)), np.empty((REPLICAS, d))
        teacher = np.zeros(d)
        teacher[:n_r] = n_r**-0.5
        for _ in range(p.n_updates):
            rng.standard_normal(out=x)
            hard = rng.random(REPLICAS) < p.hard_share
            x[:, n_r:] *= np.where(hard, p.hard_variance, p.easy_variance)[:, None] ** 0.5
            s = np.einsum("rd,rd->r", w, x) / d**0.5
            step = p.learning_rate / d**0.5 * (np.sign(x @ teacher) - s)
            x *= step[:, None]
            w += x
        squares = w * w
        return _outputs(
            w @ teacher / d**0.5, squares[:, :n_r].sum(1) / d, squares[:, n_r:].sum(1) / d
        )

    return job


def torch_weights(sweep: Sweep) -> Job:
    """The same in PyTorch."""
    torch = one_thread_torch()
    p, rng = sweep.parameters, torch.Generator().manual_seed(1)
    d, n_r, kind = p.dimension, p.n_relevant, {"dtype": torch.float64}

    def job() -> dict[str, Any]:
        w, teacher = torch.zeros((REPLICAS, d), **kind), torch.zeros(d, **kind)
        teacher[:n_r] = n_r**-0.5
        for _ in range(p.n_updates):
            x = torch.randn((REPLICAS, d), generator=rng, **kind)
            hard = torch.rand((REPLICAS, 1), generator=rng, **kind) < p.hard_share
            x[:, n_r:] *= torch.where(hard, p.hard_variance**0.5, p.easy_variance**0.5)
            s = (w * x).sum(1) / d**0.5
            w += (p.learning_rate / d**0.5 * (torch.sign(x @ teacher) - s))[:, None] * x
        squares = w * w
        return _outputs(
            w @ teacher / d**0.5, squares[:, :n_r].sum(1) / d, squares[:, n_r:].sum(1) / d
        )

    return job


def jax_chain(sweep: Sweep) -> Job:
    """Our reduction, all replicas in one scan."""
    jax, jnp = jax_numpy()
    p = sweep.parameters
    d, a, b = p.dimension, 0.5 * (p.n_relevant - 2.0), 0.5 * (p.n_irrelevant - 1.0)

    @jax.jit
    def run(key: Any) -> Any:
        def step(state: Any, key: Any) -> Any:
            r, q_r, q_i = state
            keys = jax.random.split(key, 4)
            t, z, u = jax.random.normal(keys[0], (3, REPLICAS))
            hard = jax.random.uniform(keys[1], (REPLICAS,)) < p.hard_share
            variance = jnp.where(hard, p.hard_variance, p.easy_variance)
            across, field = jnp.sqrt(jnp.maximum(q_r, 0.0)), jnp.sqrt(variance * q_i)
            k = p.learning_rate / d * (jnp.sign(t) - r * t - across * z - field * u)
            more_a = 2.0 * jax.random.gamma(keys[2], a, (REPLICAS,))
            more_b = 2.0 * jax.random.gamma(keys[3], b, (REPLICAS,))
            q_r = q_r + 2.0 * k * across * z + k * k * (z * z + more_a)
            q_i = jnp.maximum(q_i + 2.0 * k * field * u + k * k * variance * (u * u + more_b), 0.0)
            return (r + k * t, q_r, q_i), None

        start = (jnp.zeros(REPLICAS),) * 3
        r, across, q_i = jax.lax.scan(step, start, jax.random.split(key, p.n_updates))[0]
        return r, across + r * r, q_i

    key = jax.random.key(1, impl="rbg")
    return lambda: _outputs(*run(key))


def _control() -> Row:
    p = load_model("curriculum.relevance").validate({"learning_rate": 1.0})
    return Row(
        "order of least error",
        "order",
        1,
        lambda: partial(_ours, p),
        {"NumPy": Peer(partial(numpy_control, p))},
        equal_to(1e-3),
    )


def _ours(p: Any) -> dict[str, Any]:
    from toysim.models.curriculum.relevance.control import best_profile, constants, slopes

    h = best_profile(p)
    return {"least": np.array([slopes(h, constants(p), np.empty_like(h))])}


def numpy_control(p: Any) -> Job:
    """One descent from the mixture, recursions in Python, projection by sorting."""
    from toysim.models.curriculum.relevance.control import constants

    S, passes, C0 = 64, 100, np.sqrt(2.0 / np.pi)
    s, relevant, irrelevant, easy, hard, test, q_r, q_i = constants(p)
    s *= 1600 / S / 4
    d1, d2 = hard - easy, hard**2 - easy**2

    def course(h: Any) -> tuple[float, Any]:
        D1, D2 = np.repeat(easy + h * d1, 4), np.repeat(easy**2 + h * d2, 4)
        n, R, P, Q = len(D1), 0.0, q_r, q_i
        S1, before = np.empty(n), np.empty(n)
        for t in range(n):
            S1[t], before[t] = 1 - 2 * C0 * R + P, Q
            P += s * (2 * (C0 * R - P) + relevant * (S1[t] + D1[t] * Q))
            Q += s * (irrelevant * (D1[t] * S1[t] + D2[t] * Q) - 2 * D1[t] * Q)
            R += s * (C0 - R)
        l_r, l_i, phi = 1.0, test, np.empty(n)
        for t in range(n - 1, -1, -1):
            gain = irrelevant * (d1 * S1[t] + d2 * before[t]) - 2 * d1 * before[t]
            phi[t] = l_r * relevant * d1 * before[t] + l_i * gain
            back = l_i * s * irrelevant * D1[t]
            l_i = l_r * s * relevant * D1[t] + l_i * (1 + s * (irrelevant * D2[t] - 2 * D1[t]))
            l_r = l_r * (1 + s * (relevant - 2)) + back
        return P + test * Q, phi.reshape(S, 4).mean(axis=1)

    def projected(h: Any) -> Any:
        low, high = h.min() - 1.0, h.max()
        for _ in range(40):
            m = 0.5 * (low + high)
            low, high = (m, high) if np.clip(h - m, 0, 1).mean() > p.hard_share else (low, m)
        return np.clip(h - high, 0, 1)

    def job() -> dict[str, Any]:
        h, step = np.full(S, p.hard_share), 1.0
        least, phi = course(h)
        for _ in range(passes):
            tried = projected(h - step * phi / np.abs(phi).max())
            value, slope = course(tried)
            if value < least:
                h, least, phi, step = tried, value, slope, 1.3 * step
            else:
                step *= 0.5
        return {"least": np.array([least])}

    return job
