"""Gragg's midpoint steps, extrapolated (Bulirsch and Stoer 1966), of the reduced flow; rows side by
side, each with its own step size.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.induction_head.logits.reduced import Reduced, take_slope

Array = npt.NDArray[np.float64]

RTOL = 1e-10  # of the local error a step
COLUMNS = 6  # midpoint steps of 2, 4, ..., 12 parts
ORDER = 2 * COLUMNS - 1  # that of the error
EVALUATIONS = COLUMNS * COLUMNS + 1  # a step
WORK = COLUMNS + 4  # states that a step needs room for


@kernel
def midpoint(
    y: Array, row: Reduced, h: Array, parts: int, work: Array, seen: Array, out: Array
) -> None:
    """Gragg's step from y (3, n) in an even number of parts; its error is a series in 1/parts^2:

        z_1 = y + s f(y),  z_(k+1) = z_(k-1) + 2 s f(z_k),  s = h/parts

    work (4, 3, n), of which the first is f(y).
    """
    first, before, now, slope = work[0], work[1], work[2], work[3]
    for k in range(3):
        for i in range(len(h)):
            before[k, i], now[k, i] = y[k, i], y[k, i] + h[i] / parts * first[k, i]
    for _ in range(1, parts):
        take_slope(now, row, seen, slope)
        for k in range(3):
            for i in range(len(h)):
                after = before[k, i] + 2.0 * h[i] / parts * slope[k, i]
                before[k, i], now[k, i] = now[k, i], after
    out[:] = now


@borrowing
def take_step(y: Array, row: Reduced, h: Array, work: Array, seen: Array, error: Array) -> None:
    """Steps of sizes h (n,): ends into work[COLUMNS - 1], work (WORK, 3, n); errors in units of the
    tolerance into ``error`` (n,), inf where they are not finite.

    Neville's extrapolation to parts -> infinity; the error is the last column's change.
    """
    table, beside = work[:COLUMNS], work[COLUMNS:]
    take_slope(y, row, seen, beside[0])
    for j in range(COLUMNS):
        midpoint(y, row, h, 2 * j + 2, beside, seen, table[j])
    error[:] = 0.0
    for column in range(1, COLUMNS):
        for j in range(COLUMNS - 1, column - 1, -1):
            ratio = (j + 1.0) / (j + 1.0 - column)
            extrapolate(table[j - 1], table[j], 1.0 / (ratio * ratio - 1.0), row, error)


@borrowing
def extrapolate(coarse: Array, fine: Array, weight: float, row: Reduced, error: Array) -> None:
    """fine += weight (fine - coarse), all (3, n); the largest change so far in ``error`` (n,)."""
    error[:] = 0.0
    for k in range(3):
        for i in range(len(error)):
            change = weight * (fine[k, i] - coarse[k, i])
            fine[k, i] += change
            ratio = abs(change) / (row.smallest[k, i] + RTOL * abs(fine[k, i]))
            error[i] = max(error[i], ratio if ratio < np.inf else np.inf)  # not a number too
