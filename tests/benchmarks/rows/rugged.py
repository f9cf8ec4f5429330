"""Walkers and the exact distribution on a random landscape beside NumPy and JAX."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.rugged.random_potential.problem import walks
from toysim.plan import Sweep


def rows(tiny: bool) -> Iterator[Row]:
    steps, walkers, replicas = (20, 8, 6) if tiny else (5000, 256, 8)
    fixed = {"n_steps": steps, "n_walkers": walkers, "n_records": 1}
    sweep = sweep_of("rugged.random_potential", fixed)
    yield Row(
        "walkers on a random landscape",
        "step of a walker",
        steps * walkers * replicas,
        lambda: Engine(sweep, replicas=replicas),
        {
            "NumPy": Peer(partial(numpy_walkers, sweep, replicas)),
            "JAX": Peer(partial(jax_walkers, sweep, replicas)),
        },
        equal_means(6.0),
    )
    longer = sweep_of(
        "rugged.random_potential", {"n_steps": 20 if tiny else 20_000, "n_records": 1}
    )
    jobs = {"NumPy": numpy_distribution, "JAX": jax_distribution}
    yield Row(
        "exact distribution on a random landscape",
        "step",
        longer.parameters.n_steps,
        lambda: Engine(longer, "theory"),
        {name: Peer(partial(job, longer)) for name, job in jobs.items()},
        equal_to(1e-7),
    )


def numpy_walkers(sweep: Sweep, replicas: int) -> Job:
    p, right, rng = sweep.parameters, next(walks(batch_of(sweep))).right, np.random.default_rng(4)
    half = len(right) // 2

    def job() -> dict[str, Any]:
        x = np.full((replicas, p.n_walkers), half)
        for _ in range(p.n_steps):
            x += 2 * (rng.random(x.shape) < right[x]) - 1
        return {"distance": np.abs(x - half).mean(axis=1)[:, None]}

    return job


def jax_walkers(sweep: Sweep, replicas: int) -> Job:
    jax, jnp = jax_numpy()
    p = sweep.parameters
    right = jnp.asarray(next(walks(batch_of(sweep))).right, jnp.float32)
    half, shape = len(right) // 2, (replicas, p.n_walkers)

    @jax.jit
    def run(key: Any) -> Any:
        def step(x: Any, key: Any) -> Any:
            u = jax.random.uniform(key, shape, jnp.float32)
            return x + jnp.where(u < right[x], 1, -1), None

        start = jnp.full(shape, half, jnp.int32)
        x = jax.lax.scan(step, start, jax.random.split(key, p.n_steps))[0]
        return jnp.abs(x - half).mean(axis=1)[:, None]

    key = jax.random.key(4, impl="rbg")
    return lambda: {"distance": np.asarray(run(key))}


def numpy_distribution(sweep: Sweep) -> Job:
    right, n = next(walks(batch_of(sweep))).right, sweep.parameters.n_steps
    left, away = 1.0 - right, np.abs(np.arange(len(right)) - len(right) // 2)

    def job() -> dict[str, Any]:
        p = np.zeros(len(right))
        p[len(right) // 2] = 1.0
        for _ in range(n):
            new = np.zeros(len(right))
            new[1:] = p[:-1] * right[:-1]
            new[:-1] += p[1:] * left[1:]
            p = new
        return {"distance": np.array([[p @ away]])}

    return job


def jax_distribution(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    right, n = jnp.asarray(next(walks(batch_of(sweep))).right), sweep.parameters.n_steps
    half = len(right) // 2
    away = jnp.abs(jnp.arange(len(right)) - half)

    @jax.jit
    def run(p: Any) -> Any:
        def step(_: int, p: Any) -> Any:
            up, down = p * right, p * (1.0 - right)
            return jnp.append(0.0, up[:-1]) + jnp.append(down[1:], 0.0)

        return jax.lax.fori_loop(0, n, step, p) @ away

    start = jnp.zeros(len(right)).at[half].set(1.0)
    return lambda: {"distance": np.asarray(run(start)).reshape(1, 1)}
