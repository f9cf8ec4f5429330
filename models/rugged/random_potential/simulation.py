"""Walkers side by side: a table look-up and 32 random bits a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.rugged.random_potential.problem import walks
from toysim.numerics.normals import philox
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

WALKERS = 64  # side by side: their look-ups wait for memory, not for each other
CHUNK = 64  # steps whose random words are drawn at once


@kernel
def fill_words(key: Any, stream: Any, first: int, words: Words) -> None:
    """Random words (4, n): column i from block first + i."""
    a, b, c, d = words[0], words[1], words[2], words[3]
    for i in range(len(a)):
        a[i], b[i], c[i], d[i] = philox(first + i, stream, key)


@kernel
def thresholds(right: Array) -> npt.NDArray[np.int64]:
    """Words below it step to the right; 2^32 always."""
    return np.rint(right * 4294967296.0).astype(np.int64)


@kernel
def walk(
    key: Any, right: Array, free: bool, steps: Ints, n: int, distance: Array, square: Array
) -> int:
    """Sums of |x| and x^2 over n walkers from 0 after ``steps`` (R,), added to those (R,).

    Returns the farthest site met. ``free``: no landscape, no walls.
    """
    table, half = thresholds(right), len(right) // 2
    words = np.empty((4, WALKERS * CHUNK // 4), np.uint32)
    flat, farthest = words.ravel(), 0
    for first in range(0, n, WALKERS):
        lanes = min(WALKERS, n - first)
        x, met = np.zeros(WALKERS, np.int64), np.zeros(WALKERS, np.int64)
        t, used, block = 0, CHUNK, 0
        for r in range(len(steps)):
            while t < steps[r]:
                if used == CHUNK:
                    fill_words(key, np.uint64(first), block, words)
                    block, used = block + words.shape[1], 0
                base = used * WALKERS
                if free:
                    for w in range(WALKERS):
                        x[w] += 1 if flat[base + w] < table[half] else -1
                else:
                    for w in range(WALKERS):
                        here = np.uint64(x[w] + half)  # unsigned: an index is not looked at twice
                        x[w] += 1 if flat[base + w] < table[here] else -1
                        met[w] = max(met[w], abs(x[w]))
                t, used = t + 1, used + 1
            if steps[r] >= 0:
                for w in range(lanes):
                    distance[r] += abs(x[w]) / n
                    square[r] += float(x[w] * x[w]) / n
        for w in range(lanes):
            farthest = max(farthest, met[w])
    return farthest


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows whose walkers came to the walls have not converged."""
    distance, square = np.zeros((2, *batch.record_at.shape))
    failed_at = np.full(len(batch), -1)
    free, half = batch["disorder"] == "none", batch["half_width"]
    for i, given in enumerate(walks(batch)):
        key = batch.generator(i, "walk").integers(2**64, dtype=np.uint64)
        walkers = int(batch["n_walkers"][i])
        met = walk(key, given.right, free[i], given.steps, walkers, distance[i], square[i])
        if not free[i] and met >= half[i] - 2:
            failed_at[i] = batch["n_steps"][i]
        absent = given.steps < 0
        distance[i, absent], square[i, absent] = np.nan, np.nan
    return {"distance": distance, "square_distance": square} | ended(
        failed_at, Status.NOT_CONVERGED
    )
