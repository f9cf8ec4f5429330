"""The river valley simulated: one noisy walk a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing
from toysim.models.oscillation.river_valley.measures import measured, updates_kept
from toysim.models.oscillation.river_valley.problem import walk_rates
from toysim.models.oscillation.runs import ESCAPED
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


# One row after the other: an update is done while the next number is drawn, which takes longer.
@borrowing
def walk(
    rng: Any,
    y: float,
    c: float,
    k: float,
    s: float,
    peak: float,
    shares: Array,
    keep_at: Ints,
    x_kept: Array,
    y_kept: Array,
) -> int:
    """One row from x = 0: x <- x + eta c, y <- y - eta (k y + s z)  (after arXiv:2410.05192).

    Rates are peak times ``shares`` (T,). ``x_kept``, ``y_kept`` (R,) are written at the updates
    ``keep_at``, ascending; the last ends the run. Returns -1, or the update that left |y| <
    ESCAPED.
    """
    x, t = 0.0, 0
    for j in range(len(keep_at)):
        while t < keep_at[j]:
            if not abs(y) < ESCAPED:
                return t
            eta = peak * shares[t]
            x += eta * c
            y -= eta * (k * y + s * rng.standard_normal())
            t += 1
        x_kept[j], y_kept[j] = x, y
    return -1 if abs(y) < ESCAPED else t


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    kept, place = updates_kept(batch)
    x, y = np.full((2, *kept.shape), np.nan)
    failed_at = np.empty(len(batch), np.int64)
    start, c, k, s = (batch[n] for n in ("start", "river_slope", "curvature", "noise"))
    peak, which, shares = rates = walk_rates(batch)
    for i, rng in enumerate(batch.generators("gradient")):
        valley = (start[i], c[i], k[i], s[i], peak[i], shares[which[i]])
        failed_at[i] = walk(rng, *valley, kept[i], x[i], y[i])
    at = batch.record_at
    last = at >= batch["n_steps"][:, None]
    rate = np.where(last, np.nan, rates.at(np.where(last, 0, at)))
    return {**measured(batch, place, x, y * y), "rate": rate} | ended(failed_at)
