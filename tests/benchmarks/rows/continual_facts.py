"""Exact recursions of facts in a stream and of pools of tasks, beside NumPy and JAX."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.continual.task_pool.problem import pools
from toysim.plan import Sweep


def rows(tiny: bool) -> Iterator[Row]:
    steps = 20 if tiny else 3000
    for d in (8,) if tiny else (20, 64, 200):
        fixed = {"n_modes": d, "n_steps": steps, "count": 5, "interval": steps // 6, "n_records": 1}
        sweep = sweep_of("continual.fact_injection", fixed)
        peers = {"NumPy": numpy_fact, "JAX": jax_fact}
        yield _row(f"moments of a fact: modes {d}", sweep, steps, "update", d, "modes", peers)
    steps = 20 if tiny else 300
    for d in (12,) if tiny else (12, 60, 120):
        fixed = {"n_tasks": 6, "n_samples": d // 6, "dimension": d, "n_visits": steps}
        sweep = sweep_of("continual.task_pool", fixed | {"n_records": 1})
        peers = {"NumPy": numpy_pool, "JAX": jax_pool}
        yield _row(f"moments of a pool: weights {d}", sweep, steps, "visit", d, "weights", peers)


def _row(
    name: str, sweep: Sweep, steps: int, unit: str, size: int, grows: str, peers: dict[str, Any]
) -> Row:
    return Row(
        name,
        unit,
        steps,
        lambda: Engine(sweep, "theory"),
        {peer: Peer(partial(job, sweep)) for peer, job in peers.items()},
        equal_to(1e-8),
        size=size,
        grows=grows,
    )


class Fact:
    """The moments' update as whole matrices: N = E (1, delta)(1, delta)'."""

    def __init__(self, sweep: Sweep) -> None:
        p = sweep.parameters
        i = np.arange(1.0, p.n_modes + 1.0)
        h = np.append(0.0, i**-p.capacity_exponent)
        self.fact = np.append(0.0, i ** (-p.fact_exponent / 2.0))
        eta, self.noise, self.h, self.steps = p.learning_rate, p.noise, h, p.n_steps
        self.factor = 1.0 - eta * (h[:, None] + h) + eta**2 * (1.0 + 1.0 / p.batch) * np.outer(h, h)
        self.fresh = eta**2 / p.batch * h
        change = np.eye(len(h))
        row = -self.fact
        row[0] = 1.0
        change += np.outer(p.strength * self.fact / np.sum(self.fact**2), row)
        self.inject = change
        self.due = np.isin(np.arange(p.n_steps), p.first + p.interval * np.arange(p.count))
        self.start = np.zeros((len(h), len(h)))
        self.start[0, 0] = 1.0

    def step(self, np_: Any, n: Any) -> Any:
        fresh = self.fresh * (np_.sum(self.h * np_.diag(n)) + self.noise)
        return n * self.factor + np_.diag(fresh)

    def outputs(self, n: Any) -> dict[str, Any]:
        n = np.asarray(n)
        return {"recall_square": np.array([[self.fact @ n @ self.fact]])}


def numpy_fact(sweep: Sweep) -> Job:
    c = Fact(sweep)

    def job() -> dict[str, Any]:
        n = c.start
        for due in c.due:
            n = c.inject @ n @ c.inject.T if due else n
            n = c.step(np, n)
        return c.outputs(n)

    return job


def jax_fact(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    c = Fact(sweep)

    @jax.jit
    def run(n: Any, due: Any) -> Any:
        def one(n: Any, now: Any) -> Any:
            told = jax.lax.cond(now, lambda n: c.inject @ n @ c.inject.T, lambda n: n, n)
            return c.step(jnp, told), None

        return jax.lax.scan(one, n, due)[0]

    return lambda: c.outputs(run(jnp.asarray(c.start), jnp.asarray(c.due)))


class PoolOfTasks:
    """B_j as whole matrices."""

    def __init__(self, sweep: Sweep) -> None:
        p, given = sweep.parameters, pools(batch_of(sweep))[1][0]
        v, c = given.directions, given.share
        self.b = np.eye(p.dimension) - np.einsum("jai,ja,jak->jik", v, c, v)
        self.h = np.einsum("jai,ja,jak->jik", v, given.curvature, v)
        self.start, self.steps = np.eye(p.dimension) / p.dimension, p.n_visits

    def step(self, np_: Any, m: Any) -> Any:
        m = np_.mean(self.b @ m @ self.b, axis=0)
        return 0.5 * (m + m.T)

    def outputs(self, m: Any) -> dict[str, Any]:
        loss = 0.5 * np.einsum("jik,ki->j", self.h, np.asarray(m)).mean()
        return {"pool_loss": np.array([[loss]])}


def numpy_pool(sweep: Sweep) -> Job:
    c = PoolOfTasks(sweep)

    def job() -> dict[str, Any]:
        m = c.start
        for _ in range(c.steps):
            m = c.step(np, m)
        return c.outputs(m)

    return job


def jax_pool(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    c = PoolOfTasks(sweep)

    @jax.jit
    def run(m: Any) -> Any:
        return jax.lax.fori_loop(0, c.steps, lambda _, m: c.step(jnp, m), m)

    return lambda: c.outputs(run(jnp.asarray(c.start)))
