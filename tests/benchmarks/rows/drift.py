"""The chain of the scale-invariant learner beside vectors in NumPy and PyTorch and the chain in
JAX; tracking beside NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, sweep_of

from toysim.plan import Sweep

GAMMA, S2 = 1.0, 0.25


def rows(tiny: bool) -> Iterator[Row]:
    replicas, tau = (4, 0.1) if tiny else (64, 5.0)
    for d in (20,) if tiny else (50, 200):
        yield _chain(d, tau, replicas)
    yield _tracking(50 if tiny else 20_000, replicas)


def _chain(d: int, tau: float, replicas: int) -> Row:
    sweep = sweep_of("drift.scale_invariant", {"dimension": d, "duration": tau})
    n = round(d * tau)
    jobs = {"NumPy": numpy_vectors, "PyTorch": torch_vectors, "JAX": jax_chain}
    return Row(
        f"scale-invariant learner: dimension {d}",
        "update of a row",
        n * replicas,
        lambda: Engine(sweep, replicas=replicas),
        {name: Peer(partial(job, d, n, replicas)) for name, job in jobs.items()},
        equal_means(6.0),
        size=d,
        grows="dimension",
    )


def numpy_vectors(d: int, n: int, replicas: int) -> Job:
    rng = np.random.default_rng(1)

    def job() -> dict[str, Any]:
        w, m = np.zeros((2, replicas, d))
        w[:, 0], m[:, 1] = 1.0, 1.0
        for _ in range(n):
            x, xi = rng.standard_normal((replicas, d)), rng.standard_normal(replicas)
            norm = np.sqrt(np.einsum("rd,rd->r", w, w))
            along = np.einsum("rd,rd->r", w, x) / norm
            e = np.einsum("rd,rd->r", m, x) + np.sqrt(S2) * xi - along
            w += (GAMMA / d * e / norm)[:, None] * (x - (along / norm)[:, None] * w)
        c = np.einsum("rd,rd->r", w, m) / np.sqrt(np.einsum("rd,rd->r", w, w))
        return {"final_excess": 1.0 - c}

    return job


def torch_vectors(d: int, n: int, replicas: int) -> Job:
    torch = one_thread_torch()

    def job() -> dict[str, Any]:
        w, m = torch.zeros((2, replicas, d), dtype=torch.float64)
        w[:, 0], m[:, 1] = 1.0, 1.0
        for _ in range(n):
            x = torch.randn((replicas, d), dtype=torch.float64)
            xi = torch.randn(replicas, dtype=torch.float64)
            norm = w.norm(dim=1)
            along = (w * x).sum(1) / norm
            e = (m * x).sum(1) + S2**0.5 * xi - along
            w += (GAMMA / d * e / norm)[:, None] * (x - (along / norm)[:, None] * w)
        return {"final_excess": (1.0 - (w * m).sum(1) / w.norm(dim=1)).numpy()}

    return job


def jax_chain(d: int, n: int, replicas: int) -> Job:
    jax, jnp = jax_numpy()

    @jax.jit
    def run(key: Any) -> Any:
        normal, rest = jax.random.split(key)
        z = jax.random.normal(normal, (n, 3, replicas), dtype=jnp.float64)
        k = 2.0 * jax.random.gamma(rest, 0.5 * (d - 2), (n, replicas), dtype=jnp.float64)

        def step(state: Any, draws: Any) -> Any:
            (c, norm), ((p, across, xi), left) = state, draws
            sine = jnp.sqrt(jnp.maximum(0.0, 1.0 - c * c))
            f = GAMMA / d / norm * (c * p + sine * across - p + S2**0.5 * xi)
            grown = jnp.sqrt(norm**2 + f**2 * (across**2 + left))
            return ((norm * c + f * across * sine) / grown, grown), None

        start = (jnp.zeros(replicas), jnp.ones(replicas))
        return jax.lax.scan(step, start, (z, k))[0][0]

    return lambda: {"final_excess": 1.0 - np.asarray(run(jax.random.PRNGKey(1)))}


def _tracking(n: int, replicas: int) -> Row:
    sweep = sweep_of("drift.tracking", {"n_steps": n, "burn_in": n // 2, "rule": "regulated"})
    return Row(
        "tracking with a regulated gain",
        "update of a row",
        n * replicas,
        lambda: Engine(sweep, replicas=replicas),
        {"NumPy": Peer(partial(numpy_tracking, sweep, replicas))},
        equal_means(6.0),
    )


def numpy_tracking(sweep: Sweep, replicas: int) -> Job:
    p, rng = sweep.parameters, np.random.default_rng(2)

    def job() -> dict[str, Any]:
        theta, w, total = np.zeros((3, replicas))
        v = np.full(replicas, p.noise / (1.0 - p.gain))
        for t in range(p.n_steps):
            theta += np.sqrt(p.drift) * rng.standard_normal(replicas)
            u = theta + np.sqrt(p.noise) * rng.standard_normal(replicas) - w
            v = (1.0 - p.memory) * v + p.memory * u * u
            w = w + np.maximum(1.0 - p.noise / v, p.least_gain) * u
            total += (theta - w) ** 2 if t >= p.burn_in else 0.0
        return {"mean_square_error": total / (p.n_steps - p.burn_in)}

    return job
