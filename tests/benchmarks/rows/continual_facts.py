"""Exact recursions of facts in a stream and of pools of tasks, beside NumPy and JAX."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.continual.task_pool.problem import OF_POOL
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
        # Of some 4 sqrt(visits) powers, triangles of rows: 2 d^3/2, within tasks 2 d^3/6, twice.
        flops = n_pools * 4.0 * visits**0.5 * 8.0 / 3.0 * d**3
        floor = Amount(Limit("product", "float64", (d, d, d)), flops)
        yield _row(name, sweep, n_pools * visits, "visit", d, "", peers, floor)


def _row(
    name: str,
    sweep: Sweep,
    steps: int,
    unit: str,
    size: int,
    grows: str,
    peers: dict[str, Any],
    *floor: Amount,
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
        floor=floor,
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
    """Rows of all pools, drawn as ours are, and what follows from M before and after two visits."""

    def __init__(self, sweep: Sweep) -> None:
        p, batch = sweep.parameters, batch_of(sweep)
        shape = (p.n_tasks, p.n_samples, p.dimension)
        draws = batch.sharing(*OF_POOL).generators("pool")
        self.rows = np.stack([rng.standard_normal(shape) for rng in draws])
        self.start = np.tile(np.eye(p.dimension) / p.dimension, (len(self.rows), 1, 1))
        self.visits, self.tasks, self.samples = p.n_visits, p.n_tasks, p.n_samples

    def directions(self, np_: Any, rows: Any) -> tuple[Any, Any]:
        """Of rows (..., n, d), and their curvatures."""
        _, size, v = np_.linalg.svd(rows, full_matrices=False)
        return v, size**2 / self.samples

    def visits_of(self, np_: Any, v: Any) -> Any:
        """B_j as whole matrices (P, K, d, d)."""
        return np_.eye(v.shape[-1]) - v.swapaxes(-1, -2) @ v

    def step(self, np_: Any, b: Any, m: Any) -> Any:
        m = np_.mean(b @ m[:, None] @ b, axis=1)
        return 0.5 * (m + m.swapaxes(1, 2))

    def answers(self, np_: Any, v: Any, h: Any, b: Any, before: Any, m: Any) -> dict[str, Any]:
        """Losses of M (P, d, d), and of the task left, from M two visits ``before``."""
        losses = 0.5 * np_.sum(h * np_.sum((v @ m[:, None]) * v, axis=3), axis=2)
        after = b @ before[:, None] @ b
        later = (v[:, :, None] @ b[:, None]) @ after[:, :, None]  # V_i B_j M_i
        square = np_.sum(later * (v[:, :, None] @ b[:, None]), axis=4)
        left = 0.5 * np_.sum(h[:, :, None] * square, axis=3)  # 0 where j is i
        return {
            "task_loss": losses[:, :, None],
            "pool_loss": np_.mean(losses, axis=1)[:, None],
            "square_error": np_.trace(m, axis1=1, axis2=2)[:, None],
            "switch_forgetting": np_.sum(left, axis=(1, 2))[:, None] / self.tasks**2,
        }


def numpy_pool(sweep: Sweep) -> Job:
    c = PoolsOfTasks(sweep)

    def job() -> dict[str, Any]:
        v, h = c.directions(np, c.rows)
        b, m = c.visits_of(np, v), c.start
        for _ in range(c.visits - 2):
            m = c.step(np, b, m)
        return c.answers(np, v, h, b, m, c.step(np, b, c.step(np, b, m)))

    return job


def jax_pool(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    c = PoolsOfTasks(sweep)

    @jax.jit
    def run(rows: Any, start: Any) -> Any:
        v, h = c.directions(jnp, rows)
        b = c.visits_of(jnp, v)
        m = jax.lax.fori_loop(0, c.visits - 2, lambda _, m: c.step(jnp, b, m), start)
        return c.answers(jnp, v, h, b, m, c.step(jnp, b, c.step(jnp, b, m)))

    given = jnp.asarray(c.rows), jnp.asarray(c.start)
    return lambda: {name: np.asarray(value) for name, value in run(*given).items()}


def jax_powers(sweep: Sweep) -> Job:
    """Lanczos's basis of a few powers, as many as a visit's map needs, and low-rank visits. (With
    rows as a triangle whose zeros are left out it takes longer.)
    """
    jax, jnp = jax_numpy()
    c = PoolsOfTasks(sweep)
    d, steps = c.start.shape[-1], min(c.visits, int(4.9 * c.visits**0.5))

    def visit(m: Any, v: Any, columns: Any) -> tuple[Any, Any]:
        """M after a visit, and the mean squares along the rows before it."""
        image = v @ m
        inner = image @ v.swapaxes(1, 2)
        terms = (0.5 * inner @ v - image).reshape(-1, d) / c.tasks
        part = columns @ terms
        return m + (part + part.T), jnp.diagonal(inner, axis1=1, axis2=2)

    def of_switch(v: Any, h: Any) -> Any:
        """S of the mean loss <S, M> of the task left, M two visits back."""
        moved = v[:, None] - (v[:, None] @ v[None].swapaxes(2, 3)) @ v  # V_i B_j
        moved = moved - (moved @ v[:, None].swapaxes(2, 3)) @ v[:, None]
        moved = (jnp.sqrt(0.5 * h)[:, None, :, None] * moved).reshape(-1, d) / c.tasks
        return moved.T @ moved

    def of_pool(v: Any, h: Any, start: Any) -> Any:
        switch, size = of_switch(v, h), jnp.linalg.norm(start)
        # Transposed before the loop, not in every product: two thirds of the time.
        columns = jax.lax.optimization_barrier(v.reshape(-1, d).T)

        def step(state: Any, _: Any) -> Any:
            old, now, back = state
            new, square = visit(now, v, columns)
            losses = 0.5 * jnp.sum(h * square, axis=1)
            seen = jnp.append(losses, jnp.stack([jnp.trace(now), jnp.vdot(switch, now)]))
            new = new - back * old
            own = jnp.vdot(new, now)
            new = new - own * now
            beside = jnp.linalg.norm(new)
            return (now, new / beside, beside), (own, beside, seen)

        first = (jnp.zeros_like(start), start / size, 0.0)
        own, beside, all_seen = jax.lax.scan(step, first, None, length=steps)[1]

        def power(_: Any, x: Any) -> Any:
            y = own * x
            return y.at[:-1].add(beside[:-1] * x[1:]).at[1:].add(beside[:-1] * x[:-1])

        before = jax.lax.fori_loop(0, c.visits - 2, power, jnp.zeros(steps).at[0].set(size))
        now = power(0, power(0, before))
        return jnp.append(now @ all_seen[:, :-1], before @ all_seen[:, -1])

    @jax.jit
    def run(rows: Any, start: Any) -> Any:
        v, h = c.directions(jnp, rows)
        return jax.lax.map(lambda of: of_pool(*of), (v, h, start))

    given = jnp.asarray(c.rows), jnp.asarray(c.start)

    def job() -> dict[str, Any]:
        found = np.asarray(run(*given))
        losses, square, left = found[:, : c.tasks], found[:, c.tasks, None], found[:, -1, None]
        mean = losses.mean(axis=1)[:, None]
        named = {"task_loss": losses[:, :, None], "pool_loss": mean}
        return named | {"square_error": square, "switch_forgetting": left}

    return job
