"""The map of one mode: few long runs (figure 7 of arXiv:2308.12221) and many short ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.plan import Sweep

S, STEP = 10.0, 0.01
BLOCK = 2048  # cells of JAX that stay in cache, one block after the other
Others = Callable[[Any], Any]  # product of a pathway's other layers, from its first
Peers = dict[str, Peer]
OPERATIONS = 6  # multiplications with an addition in an update of two pathways at depth 2


def rows(tiny: bool) -> Iterator[Row]:
    yield six_runs(2000 if tiny else 10**6)
    for updates in (20, 1000):
        for n in (100,) if tiny else (100, 1000, 10_000, 100_000):
            yield many_cells(n, updates)


def six_runs(updates: int) -> Row:
    """Two deficits at three depths."""
    windows = ((0, 4), (updates // 2 - 1, updates // 2 + updates // 100 - 1))
    sweep = sweep_of(
        "deep_linear.modes",
        {"singular_value": S, "layer_start": 0.005, "step": STEP, "duration": updates * STEP},
        {
            "depth": [2, 3, 4],
            "deficit_start": {"values": [w[0] * STEP for w in windows], "zip": "window"},
            "deficit_length": {"values": [(w[1] - w[0]) * STEP for w in windows], "zip": "window"},
        },
    )
    peers = {"JAX": Peer(partial(jax_while, sweep))}
    if updates < 10**5:
        peers["NumPy"] = Peer(partial(numpy_loop, sweep))
    return _row(f"modes: six runs of {updates}", sweep, 6, updates, peers)


def many_cells(n: int, updates: int) -> Row:
    """Depth 2: ten deficits of whole updates by the start."""
    end = updates * STEP
    lengths = [STEP * (updates * k // 20) for k in range(10)]
    sweep = sweep_of(
        "deep_linear.modes",
        {"depth": 2, "duration": end, "step": STEP, "singular_value": 2.0},
        {
            "deficit_length": lengths,
            "layer_start": {"linspace": [0.1, 0.4, n // 10]},
        },
    )
    peers = {"JAX": Peer(partial(jax_blocks, sweep))}
    if n * updates <= 2 * 10**6:
        peers["NumPy"] = Peer(partial(numpy_loop, sweep))
    return _row(f"modes: {updates} updates, cells {n}", sweep, n, updates, peers, "cells")


def _row(name: str, sweep: Sweep, n: int, updates: int, peers: Peers, grows: str = "") -> Row:
    return Row(
        name,
        "update of a cell",
        n * updates,
        lambda: Engine(sweep),
        peers,
        equal_to(1e-9, 1e-9),
        size=n,
        grows=grows,
        floor=(Amount(Limit("arithmetic"), OPERATIONS * n * updates),) if grows else (),
    )


class Given(NamedTuple):
    """Columns of a sweep: depth, start of the layers, window of pathway 1 in updates."""

    depth: Any
    start: Any
    first: Any
    last: Any


def given(sweep: Sweep) -> tuple[Given, float, int]:
    """Columns, target and updates."""
    batch = batch_of(sweep)
    first = np.rint(batch["deficit_start"] / STEP)
    last = np.rint((batch["deficit_start"] + batch["deficit_length"]) / STEP)
    columns = Given(batch["depth"].astype(float), batch["layer_start"], first, last)
    return columns, float(batch["singular_value"][0]), round(float(batch["duration"][0]) / STEP)


class State(NamedTuple):
    """Layers p, q of both pathways and the products f, g of the others; strengths now and an update
    ago; residuals summed for each pathway; the update of the half, the totals around it; late: 1
    where it is the first of a phase, and they are of that update and the next; the update that left
    the finite numbers, or -1.
    """

    p: Any
    q: Any
    f: Any
    g: Any
    total: Any
    before: Any
    exposure_p: Any
    exposure_q: Any
    half_at: Any
    half_from: Any
    late: Any
    failed_at: Any


def power(xp: Any, x: Any, depth: Any) -> Any:
    """x^(D-1), D = 2 to 4."""
    return xp.where(depth == 2, x, xp.where(depth == 3, x * x, x * x * x))


def begin(xp: Any, c: Given, others: Others) -> State:
    zero, f = xp.zeros_like(c.start), others(c.start)
    total = 2.0 * c.start * f
    half = zero - 1.0
    around, failed_at = (zero, zero, zero), xp.where(xp.isfinite(total), half, zero)
    return State(c.start, c.start, f, f, total, total, zero, zero, half, around, zero, failed_at)


def advance(xp: Any, c: Given, others: Others, target: float, n: Any, s: State) -> State:
    """Update n of every cell."""
    residual = target - s.total
    is_open = (n < c.first) | (n >= c.last)
    p = s.p + STEP * s.f * residual
    q = s.q + xp.where(is_open, STEP * s.g * residual, 0.0)
    f, g = others(p), others(q)
    total = p * f + q * g
    fresh = (n == 0) | (n == c.first) | (n == c.last)
    earlier = xp.where(fresh, 2.0 * s.total - total, s.before)  # on the line: no bend
    crossed = (s.half_at < 0.0) & (total >= 0.5 * target)
    # In the first update of a phase that goes on: by the parabola through the next one.
    waits = crossed & fresh & (n + 1 != c.first) & (n + 1 != c.last)
    follows = (s.late > 0.0) & (s.half_at == n - 1)
    first, middle, last = s.half_from
    around = (
        xp.where(crossed, xp.where(waits, s.total, earlier), first),
        xp.where(crossed, xp.where(waits, total, s.total), middle),
        xp.where(crossed | follows, total, last),
    )
    return State(
        p,
        q,
        f,
        g,
        total,
        s.total,
        s.exposure_p + residual,
        s.exposure_q + xp.where(is_open, residual, 0.0),
        xp.where(crossed, n, s.half_at),
        around,
        xp.where(waits, 1.0, s.late),
        xp.where((s.failed_at < 0.0) & ~xp.isfinite(total), n + 1.0, s.failed_at),
    )


def measured(xp: Any, c: Given, target: float, s: State) -> dict[str, Any]:
    """Our observables from the state."""
    K, J = s.p * s.f, s.q * s.g
    late, (first, before, last) = s.late > 0.0, s.half_from
    earlier, after = xp.where(late, target - last, first), xp.where(late, target - first, last)
    before = xp.where(late, target - before, before)
    bend = 0.5 * (after - 2.0 * before + earlier)
    missing, slope = 0.5 * target - before, after - before - bend
    root = xp.sqrt(xp.maximum(slope * slope + 4.0 * bend * missing, 0.0))
    share = 2.0 * missing / (slope + root)
    share = xp.where(late, 1.0 - share, share)
    half = xp.where(s.half_at < 0, xp.nan, STEP * (s.half_at + share))
    order = 2.0 - c.depth
    deep = (s.p**order - s.q**order) / xp.where(order == 0.0, 1.0, order)
    invariant = xp.where(order == 0.0, xp.log(s.p) - xp.log(s.q), deep)
    apart = STEP * (s.exposure_p - s.exposure_q)
    zero, failed = xp.zeros_like(K), s.failed_at >= 0.0
    sharpness = c.depth * (s.f * s.f + s.g * s.g)
    measured = {
        "final_strength": xp.stack([K, J], axis=-1),
        "final_share": xp.stack([K, J], axis=-1) / target,
        "final_residual": target - (K + J),
        "dominance": abs(K - J) / target,
        "half_learning_time": half,
        "invariant": xp.stack([zero, invariant], axis=-1),
        "invariant_drift": xp.stack([zero, invariant - apart], axis=-1),
        "balance_drift": zero,
        "sharpness": sharpness,
        "eta_sharpness": STEP * sharpness,
    }
    kept = {
        name: xp.where(failed[..., None] if v.ndim > failed.ndim else failed, xp.nan, v)
        for name, v in measured.items()
    }
    return kept | {"status": failed.astype("int8"), "status_step": s.failed_at.astype("int64")}


def jax_blocks(sweep: Sweep) -> Job:
    """Depth 2, blocks of cells that stay in cache."""
    jax, jnp = jax_numpy()
    columns, target, updates = given(sweep)
    n = len(columns.start)
    size = min(BLOCK, n)
    n_blocks = -(-n // size)
    cut = [jnp.asarray(np.resize(column, (n_blocks, size))) for column in columns]
    others = lambda x: x  # noqa: E731

    def block(parts: Any) -> Any:
        c = Given(*parts)
        step = lambda i, s: advance(jnp, c, others, target, i.astype(float), s)  # noqa: E731
        last = jax.lax.fori_loop(0, updates, step, begin(jnp, c, others), unroll=4)
        return measured(jnp, c, target, last)

    run = jax.jit(lambda parts: jax.lax.map(block, parts))

    def job() -> dict[str, Any]:
        return {
            name: np.asarray(v).reshape(n_blocks * size, *v.shape[2:])[:n]
            for name, v in run(cut).items()
        }

    return job


def jax_while(sweep: Sweep) -> Job:
    """Row by row, so that the loop is one of scalars; phase by phase, and one ends early where an
    update, or two, bring back the state.
    """
    jax, jnp = jax_numpy()
    columns, target, updates = given(sweep)

    def run(c: Given, depth: int) -> Any:
        others = lambda x: x ** (depth - 1)  # noqa: E731

        def phase(carried: Any, stop: Any) -> Any:
            n, s = carried

            def goes_on(at: Any) -> Any:
                n, s, p, q, older_p, older_q = at
                moved = (s.p != p) | (s.q != q)
                moved_in_two = (s.p != older_p) | (s.q != older_q)
                return (n < stop) & moved & moved_in_two

            def step(at: Any) -> Any:
                n, s, p, q, _, _ = at
                return n + 1.0, advance(jnp, c, others, target, n, s), s.p, s.q, p, q

            far = jnp.full_like(s.p, jnp.inf)
            n, s, *_ = jax.lax.while_loop(goes_on, step, (n, s, far, far, far, far))
            left = (stop - n) * (target - s.total)
            is_open = (n < c.first) | (n >= c.last)
            return stop, s._replace(
                exposure_p=s.exposure_p + left,
                exposure_q=s.exposure_q + jnp.where(is_open, left, 0.0),
            )

        carried = (jnp.zeros_like(c.start), begin(jnp, c, others))
        for stop in (c.first, c.last, jnp.full_like(c.start, updates)):
            carried = phase(carried, stop)
        return measured(jnp, c, target, carried[1])

    compiled = jax.jit(run, static_argnums=1)
    rows = [Given(*map(jnp.asarray, row)) for row in zip(*columns, strict=True)]

    def job() -> dict[str, Any]:
        found = [compiled(row, int(row.depth)) for row in rows]
        return {name: np.stack([each[name] for each in found]) for name in found[0]}

    return job


def numpy_loop(sweep: Sweep) -> Job:
    """All cells in one array, update by update."""
    columns, target, updates = given(sweep)
    only_two = bool((columns.depth == 2).all())
    others = (lambda x: x) if only_two else partial(power, np, depth=columns.depth)

    def job() -> dict[str, Any]:
        s = begin(np, columns, others)
        for n in range(updates):
            s = advance(np, columns, others, target, n, s)
        with np.errstate(divide="ignore", invalid="ignore"):
            return measured(np, columns, target, s)

    return job
