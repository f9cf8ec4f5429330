"""The river valley simulated: one noisy walk a row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.river_valley.measures import measured, updates_kept
from toysim.models.oscillation.river_valley.problem import walk_rates
from toysim.models.oscillation.runs import ESCAPED
from toysim.records import ended

Array = npt.NDArray[np.float64]


@kernel
def walk(
    y: float, c: float, k: float, s: float, rates: Array, rng: Any, x_course: Array, y_course: Array
) -> int:
    """One row from x = 0: x <- x + eta c, y <- y - eta (k y + s z)  (after arXiv:2410.05192).

    ``rates`` (T,); ``x_course``, ``y_course`` (T + 1,) are written after every number of updates.
    Returns -1, or the update that left |y| < ESCAPED.
    """
    x = 0.0
    for t in range(len(rates) + 1):
        x_course[t], y_course[t] = x, y
        if not abs(y) < ESCAPED:
            return t
        if t < len(rates):
            x += rates[t] * c
            y -= rates[t] * (k * y + s * rng.standard_normal())
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    kept = updates_kept(batch)
    x, y, rate = (np.empty(kept.shape) for _ in range(3))
    start, c, k, s = (batch[n] for n in ("start", "river_slope", "curvature", "noise"))
    failed_at = np.empty(len(batch), np.int64)
    draws = batch.generators("gradient")
    for i, (rng, eta) in enumerate(zip(draws, walk_rates(batch), strict=True)):
        x_course, y_course = np.full((2, len(eta) + 1), np.nan)
        failed_at[i] = walk(start[i], c[i], k[i], s[i], eta, rng, x_course, y_course)
        x[i], y[i] = x_course[kept[i]], y_course[kept[i]]
        rate[i] = np.append(eta, math.nan)[kept[i]]
    return {**measured(batch, x, y * y), "rate": rate[:, :-2]} | ended(failed_at)
