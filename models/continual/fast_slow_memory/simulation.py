"""The traces, step by step, of many rows side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.continual.fast_slow_memory.problem import ladder

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LANES = 64


@kernel
def follow(
    decays: Array,
    feeds: Array,
    gain: Array,
    exposures: Ints,
    keep_at: Ints,
    order: Ints,
    strength: Array,
) -> None:
    """x_0 <- r_0 x_0, x_l <- r_l x_l + k_l x_{l-1}, then x_0 <- x_0 + a (1 - x_0) at an exposure.

    ``decays``, ``feeds`` (n, L), 0 for levels that a row lacks; ``exposures`` (n, E), -1 behind the
    last, and ``keep_at`` (n, R) steps, rising; ``strength`` (n, R) is the sum of x after these.
    Rows that ``order`` (n,) has one after the other stand side by side.
    """
    n_levels, lanes = decays.shape[1], min(LANES, len(order))
    for first in range(0, len(order), lanes):
        rows = order[first : first + lanes]
        x, due = np.zeros((n_levels, lanes)), np.full(lanes, -1)
        r, k = np.zeros((n_levels, lanes)), np.zeros((n_levels, lanes))
        done = np.zeros((2, lanes), np.int64)  # exposures and records so far
        for lane in range(len(rows)):
            for level in range(n_levels):
                r[level, lane], k[level, lane] = decays[rows[lane], level], feeds[rows[lane], level]
            due[lane] = 0
        t, soonest = -1, 0
        while soonest >= 0:
            decay(soonest - t, r, k, x)
            t, soonest = soonest, -1
            for lane in range(len(rows)):
                if due[lane] == t:
                    i = rows[lane]
                    due[lane] = note(t, i, lane, gain, exposures, keep_at, done, x, strength)
                if due[lane] >= 0:
                    soonest = due[lane] if soonest < 0 else min(soonest, due[lane])


@borrowing
def decay(n_steps: int, r: Array, k: Array, x: Array) -> None:
    """Steps without an exposure, all (L, lanes)."""
    n_levels, lanes = x.shape
    for _ in range(n_steps):
        for lane in range(lanes):
            x[0, lane] *= r[0, lane]
        for level in range(1, n_levels):
            for lane in range(lanes):
                fed = k[level, lane] * x[level - 1, lane]
                x[level, lane] = r[level, lane] * x[level, lane] + fed


@borrowing
def note(
    t: int,
    i: int,
    lane: int,
    gain: Array,
    exposures: Ints,
    keep_at: Ints,
    done: Ints,
    x: Array,
    strength: Array,
) -> int:
    """What falls on step t of row i; returns the next step on which something does, or -1."""
    due, exposed, kept = -1, done[0, lane], done[1, lane]
    if exposed < exposures.shape[1] and exposures[i, exposed] == t:
        x[0, lane] += gain[i] * (1.0 - x[0, lane])
        exposed += 1
    if exposed < exposures.shape[1]:
        due = exposures[i, exposed]
    while kept < keep_at.shape[1] and keep_at[i, kept] <= t:
        if keep_at[i, kept] == t:  # -1: fewer records than in other rows
            strength[i, kept] = 0.0
            for level in range(len(x)):
                strength[i, kept] += x[level, lane]
        kept += 1
    if kept < keep_at.shape[1]:
        due = keep_at[i, kept] if due < 0 else min(due, keep_at[i, kept])
    done[0, lane], done[1, lane] = exposed, kept
    return due


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    exposures, end = exposed(batch)
    keep_at = np.column_stack([batch.record_at, end]).astype(np.int64)
    order = np.argsort(end, kind="stable")
    strength = np.full(keep_at.shape, np.nan)
    n_levels = batch["n_levels"]
    decays, feeds = ladder(batch, int(n_levels.max(initial=2)))
    there = np.arange(decays.shape[1]) < n_levels[:, None]
    traces = np.where(there, decays, 0.0), np.where(there, feeds, 0.0)
    follow(*traces, batch["gain"], exposures, keep_at, order, strength)
    return {"strength": strength[:, :-1], "final_strength": strength[:, -1]}


def exposed(batch: Batch) -> tuple[Ints, Ints]:
    """Steps of the exposures (n, E), rising, -1 behind the last, and of the reading (n,)."""
    steps, number = batch["exposure_steps"], batch["n_exposures"]
    if steps.shape[1] > 0:
        return steps, steps[:, -1] + batch["lag"]
    number = np.where(batch["gap"] == 0, 1, number)
    exposure = np.arange(number.max(initial=1))
    steps = np.where(exposure < number[:, None], batch["gap"][:, None] * exposure, -1)
    return steps, steps.max(axis=1) + batch["lag"]
