"""Samples deleted, samples in other orders, and a memory on two time scales, beside array code for
all runs at once, in NumPy and compiled by JAX.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from benchmarks.arrays import Outputs, in_jax, in_numpy
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, sweep_of

from toysim.plan import Sweep


def rows(tiny: bool) -> Iterator[Row]:
    for d in (5,) if tiny else (15, 60):
        fixed = {"n_samples": 4 * d, "dimension": d, "n_deleted": 3, "ridge": 0.5}
        sweep = sweep_of("continual.deletion", fixed)
        replicas = 20 if tiny else 4000 // d
        yield _row(f"deletion: weights {d}", "run", sweep, replicas, deletion)
    sweep = sweep_of("continual.sample_order", {"n_orders": 10 if tiny else 200})
    yield _row("order of samples", "run", sweep, 5 if tiny else 50, orders)
    yield _memory(range(1, 3 if tiny else 401), range(1, 3 if tiny else 11))


def _row(name: str, unit: str, sweep: Sweep, replicas: int, outputs: Outputs) -> Row:
    peers = {"NumPy": in_numpy, "JAX": in_jax}
    return Row(
        name,
        unit,
        replicas,
        lambda: partial(_ours, Engine(sweep, replicas=replicas)),
        {k: Peer(partial(job, outputs, sweep, replicas)) for k, job in peers.items()},
        equal_means(6.0),
    )


def _ours(engine: Engine) -> dict[str, Any]:
    """Without the estimate that is exact: its distance is rounding, another on every side."""
    found = engine()
    if "estimate_error" in found:
        found["estimate_error"] = np.delete(found["estimate_error"], 2, axis=1)
    return found


def _memory(gaps: Sequence[int], feeds: Sequence[int]) -> Row:
    axes = {"gap": list(gaps), "feed": [0.01 * k for k in feeds]}
    sweep = sweep_of("continual.fast_slow_memory", {"n_records": 0}, axes)
    gap, feed = (part.ravel() for part in np.meshgrid(*axes.values(), indexing="ij"))
    peers = {"NumPy": numpy_memory, "JAX": jax_memory}
    return Row(
        "memory on two time scales",
        "reading",
        len(gap),
        lambda: Engine(sweep),
        {name: Peer(partial(job, sweep.parameters, gap, feed)) for name, job in peers.items()},
        equal_to(1e-10),
    )


def deletion(of: Any, sweep: Sweep, runs: int) -> dict[str, Any]:
    """Fits with and without the first rows, and one step with the inverse Hessian."""
    np_, p = of.np, sweep.parameters
    n, d, m = p.n_samples, p.dimension, p.n_deleted
    x, teacher = of.normal(runs, n, d), of.normal(runs, d, 1) / d**0.5
    y = x @ teacher + p.noise**0.5 * of.normal(runs, n, 1)
    own, stay, label = x[:, :m], x[:, m:], y[:, :m]
    turned, ridge = stay.swapaxes(1, 2), p.ridge * np_.eye(d)
    without = turned @ stay + ridge
    whole = without + own.swapaxes(1, 2) @ own
    before = np_.linalg.solve(whole, x.swapaxes(1, 2) @ y)
    after = np_.linalg.solve(without, turned @ y[:, m:])
    removed = own.swapaxes(1, 2) @ (own @ before - label)
    solved = np_.linalg.solve(whole, np_.concatenate([removed, own.swapaxes(1, 2)], axis=2))
    off = before + solved[:, :, :1] - after
    leverage = np_.sum(own * solved[:, :, 1:].swapaxes(1, 2), axis=2)
    size = np_.sqrt(np_.sum(off**2, axis=(1, 2)) / np_.sum((before - after) ** 2, axis=(1, 2)))
    return {
        "leverage": leverage.mean(axis=1),
        "relative_error": size,
        "leftover": np_.sqrt(np_.sum((own @ off) ** 2, axis=(1, 2))),
        "amplification": np_.mean(1.0 / (1.0 - leverage), axis=1),
    }


def orders(of: Any, sweep: Sweep, runs: int) -> dict[str, Any]:
    """Passes in all orders side by side, estimates of their ends, and memorisation."""
    np_, p = of.np, sweep.parameters
    n, d, eta = p.n_samples, p.dimension, p.learning_rate
    x, noise = of.normal(runs, n, d), p.noise**0.5 * of.normal(runs, n)
    start = of.normal(runs, 1, d)
    start = start / np_.sqrt(np_.sum(start**2, axis=2, keepdims=True))
    order = of.permutations(runs, p.n_orders, n)
    run = np_.arange(runs)[:, None]
    w, course = start[:, 0], []
    for t in range(n):
        course.append(w[:, None])
        w = w - eta * (np_.sum(x[:, t] * w, axis=1) - noise[:, t])[:, None] * x[:, t]
    ends, gathered = [start + np_.zeros((runs, p.n_orders, d))] * 5, 0.0
    for t in range(n):
        s, at = x[run, order[:, :, t]], course[t]
        own = noise[run, order[:, :, t]]
        now = np_.sum(s * at, axis=2) - own
        first = np_.sum(s * start, axis=2) - own
        off = np_.sum(s * (ends[2] - at), axis=2)
        back = np_.sum(s * gathered, axis=2)
        ends = [
            ends[0] - eta * (np_.sum(s * ends[0], axis=2) - own)[..., None] * s,
            ends[1] - eta * now[..., None] * s,
            ends[2] - eta * (now + off)[..., None] * s,
            ends[3] - eta * (now[..., None] + s * (ends[3] - at)) * s,
            ends[4] - eta * (first - eta * back)[..., None] * s,
        ]
        gathered = gathered + first[..., None] * s
    end = ends[0]
    guesses = [w[:, None], ends[1], *ends[3:]]
    apart = [np_.sqrt(np_.sum((guess - end) ** 2, axis=2)).mean(axis=1) for guess in guesses]
    test = p.noise + np_.sum(end**2, axis=2)
    losses = (end @ x.swapaxes(1, 2) - noise[:, None]) ** 2
    own = np_.take_along_axis(losses, order, axis=2)
    return {
        "order_square": np_.sum(np_.var(end, axis=1, ddof=1), axis=1),
        "estimate_error": np_.stack(apart, axis=1),
        "memorisation": 0.5 * (test[:, :, None] - own).mean(axis=1),
    }


def memory_step(np_: Any, p: Any, gap: Any, feed: Any, state: Any, t: Any) -> Any:
    """Both traces of two exposures after step t, and the strength at the reading."""
    fast, slow, read = state
    fast = p.fast_decay * fast
    slow = p.slow_decay * slow + feed * fast
    fast = np_.where((t == 0) | (t == gap), fast + p.gain * (1.0 - fast), fast)
    return fast, slow, np_.where(t == gap + p.lag, fast + slow, read)


def numpy_memory(p: Any, gap: Any, feed: Any) -> Job:
    def job() -> dict[str, Any]:
        state = (np.zeros(len(gap)),) * 3
        for t in range(int(gap.max()) + p.lag + 1):
            state = memory_step(np, p, gap, feed, state, t)
        return {"final_strength": state[2]}

    return job


def jax_memory(p: Any, gap: Any, feed: Any) -> Job:
    jax, jnp = jax_numpy()
    steps = int(gap.max()) + p.lag + 1

    @jax.jit
    def run(gap: Any, feed: Any) -> Any:
        def step(t: Any, state: Any) -> Any:
            return memory_step(jnp, p, gap, feed, state, t)

        return jax.lax.fori_loop(0, steps, step, (jnp.zeros(len(gap)),) * 3)[2]

    return lambda: {"final_strength": np.asarray(run(gap, feed))}
