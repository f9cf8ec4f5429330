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

POOLS = ((12, 16, 300), (60, 4, 300), (60, 1, 3000), (120, 1, 300))  # weights, pools, visits


def rows(tiny: bool) -> Iterator[Row]:
    steps = 20 if tiny else 3000
    for d in (8,) if tiny else (20, 64, 200):
        fixed = {"n_modes": d, "n_steps": steps, "count": 5, "interval": steps // 6, "n_records": 1}
        sweep = sweep_of("continual.fact_injection", fixed)
        peers = {"NumPy": numpy_fact, "JAX": jax_fact}
        yield _row(f"moments of a fact: modes {d}", sweep, steps, "update", d, "modes", peers)
    for d, n_pools, visits in ((12, 2, 20),) if tiny else POOLS:
        fixed = {"n_tasks": 6, "n_samples": d // 6, "dimension": d, "n_visits": visits}
        sweep = sweep_of(
            "continual.task_pool", fixed | {"n_records": 1}, {"pool_draw": list(range(n_pools))}
        )
        peers = {"NumPy": numpy_pool, "JAX": jax_pool, "JAX, our algebra": jax_powers}
        name = f"moments of pools ({n_pools}), {visits} visits: weights {d}"
        yield _row(name, sweep, n_pools * visits, "visit", d, "", peers)


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


class PoolsOfTasks:
    """B_j as whole matrices, of all pools: b (P, K, d, d)."""

    def __init__(self, sweep: Sweep) -> None:
        p, given = sweep.parameters, pools(batch_of(sweep))[1]
        v, c, h = (np.stack(arrays) for arrays in zip(*_parts(given), strict=True))
        self.v, self.h = v, np.einsum("pjai,pja,pjak->pik", v, h, v) / p.n_tasks
        self.b = np.eye(p.dimension) - np.einsum("pjai,pja,pjak->pjik", v, c, v)
        self.start = np.tile(np.eye(p.dimension) / p.dimension, (len(v), 1, 1))
        self.visits, self.tasks, self.share = p.n_visits, p.n_tasks, c

    def step(self, np_: Any, m: Any) -> Any:
        m = np_.mean(self.b @ m[:, None] @ self.b, axis=1)
        return 0.5 * (m + m.swapaxes(1, 2))

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"pool_loss": 0.5 * np.einsum("pik,pki->p", self.h, np.asarray(m))[:, None]}


def _parts(given: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    for pool in given:
        yield pool.directions, pool.share, pool.curvature


def numpy_pool(sweep: Sweep) -> Job:
    c = PoolsOfTasks(sweep)

    def job() -> dict[str, Any]:
        m = c.start
        for _ in range(c.visits):
            m = c.step(np, m)
        return c.outputs(m)

    return job


def jax_pool(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    c = PoolsOfTasks(sweep)

    @jax.jit
    def run(m: Any) -> Any:
        return jax.lax.fori_loop(0, c.visits, lambda _, m: c.step(jnp, m), m)

    return lambda: c.outputs(run(jnp.asarray(c.start)))


def jax_powers(sweep: Sweep) -> Job:
    """Lanczos's basis of a few powers, as many as a visit's map needs, and low-rank visits."""
    jax, jnp = jax_numpy()
    c = PoolsOfTasks(sweep)
    steps = min(c.visits, int(5.2 * c.visits**0.5))

    def visit(m: Any, v: Any, share: Any) -> Any:
        image = v @ m
        inner = 0.5 * (image @ v.swapaxes(1, 2)) * share[:, None, :]
        terms = share[:, :, None] * (inner @ v - image) / c.tasks
        part = v.reshape(-1, v.shape[2]).T @ terms.reshape(-1, v.shape[2])
        return m + (part + part.T)

    def of_pool(v: Any, share: Any, h: Any, start: Any) -> Any:
        size = jnp.linalg.norm(start)

        def step(state: Any, _: Any) -> Any:
            old, now, back = state
            new = visit(now, v, share) - back * old
            own = jnp.sum(new * now)
            new = new - own * now
            beside = jnp.linalg.norm(new)
            return (now, new / beside, beside), (own, beside, 0.5 * jnp.sum(h * now))

        first = (jnp.zeros_like(start), start / size, 0.0)
        own, beside, loss = jax.lax.scan(step, first, None, length=steps)[1]

        def power(_: Any, x: Any) -> Any:
            y = own * x
            return y.at[:-1].add(beside[:-1] * x[1:]).at[1:].add(beside[:-1] * x[:-1])

        x = jax.lax.fori_loop(0, c.visits, power, jnp.zeros(steps).at[0].set(size))
        return loss @ x

    run = jax.jit(lambda: jax.lax.map(lambda of: of_pool(*of), (c.v, c.share, c.h, c.start)))
    return lambda: {"pool_loss": np.asarray(run())[:, None]}
