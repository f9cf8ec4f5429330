"""The river valley simulated: one noisy walk a row, rows side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.lanes import groups, keep
from toysim.models.oscillation.river_valley.measures import measured, updates_kept
from toysim.models.oscillation.river_valley.problem import walk_rates
from toysim.models.oscillation.runs import ESCAPED
from toysim.numerics.draws import Words, normals_of_rows
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWN = 64  # numbers of a row at a time: with those of 128 rows they stay in the second cache


@kernel
def walk(
    shares: Array,
    y: Array,
    c: Array,
    k: Array,
    s: Array,
    peak: Array,
    which: Ints,
    words: Words,
    keep_at: Ints,
) -> tuple[Array, Ints]:
    """All rows from x = 0: x <- x + eta c, y <- y - eta (k y + s z)  (after arXiv:2410.05192).

    Rates as in ``Rates``, z from the rows' ``words`` (n, 2), DRAWN at a time.
    Returns x and y (2, n, R) at the updates ``keep_at`` (n, R), ascending, and -1 or the update
    that left |y| < ESCAPED, after which a row has no more numbers (n,).
    """
    x, y, pace = np.zeros(len(y)), y.copy(), peak.copy()
    z, failed_at = np.empty((len(y), DRAWN)), np.full(len(y), -1)
    kept, written, t = np.full((2, *keep_at.shape), np.nan), np.zeros(len(y), np.int64), 0
    stop = keep(0, (x, y), keep_at, written, kept, pace)
    while stop >= 0:
        while t < stop:
            at, escaped = t % DRAWN, 0
            if at == 0:
                normals_of_rows(words, z, t // 2)
            for i in range(len(y)):
                eta = pace[i] * shares[which[i], t]
                x[i] += eta * c[i]
                y[i] -= eta * (k[i] * y[i] + s[i] * z[i, at])
                escaped += not abs(y[i]) < ESCAPED
            t += 1
            if escaped > 0:
                give_up(t, x, y, keep_at, written, kept, pace, failed_at)
        stop = keep(t, (x, y), keep_at, written, kept, pace)
    return kept, failed_at


@borrowing
def give_up(
    t: int,
    x: Array,
    y: Array,
    keep_at: Ints,
    written: Ints,
    kept: Array,
    pace: Array,
    failed_at: Ints,
) -> None:
    """Rows that escaped in the last update are read where that is due, and stand still."""
    for i in range(len(y)):
        if not abs(y[i]) < ESCAPED:
            for j in range(written[i], keep_at.shape[1]):
                if keep_at[i, j] == t:
                    kept[0, i, j], kept[1, i, j] = x[i], y[i]
            written[i], failed_at[i] = keep_at.shape[1], t
            y[i], pace[i] = 0.0, 0.0


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    kept, place = updates_kept(batch)
    at_kept, failed_at = np.empty((2, *kept.shape)), np.empty(len(batch), np.int64)
    valley = [batch[name] for name in ("start", "river_slope", "curvature", "noise")]
    peak, which, shares = rates = walk_rates(batch)
    words = batch.words("gradient")
    for rows in groups(batch["n_steps"]):
        given = [column[rows] for column in (*valley, peak, which, words, kept)]
        at_kept[:, rows], failed_at[rows] = walk(shares, *given)
    x, y = at_kept
    at = batch.record_at
    last = at >= batch["n_steps"][:, None]
    rate = np.where(last, np.nan, rates.at(np.where(last, 0, at)))
    return {**measured(batch, place, x, y * y), "rate": rate} | ended(failed_at)
