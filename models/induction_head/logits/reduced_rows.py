"""Rows of the reduced flow from their start through their records, and the times at which p(right)
comes up to its levels.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.induction_head.logits.measures import BELOW
from toysim.models.induction_head.logits.midpoint import (
    COLUMNS,
    EVALUATIONS,
    ORDER,
    WORK,
    take_step,
)
from toysim.models.induction_head.logits.reduced import (
    LOG_RIGHT,
    Reduced,
    some_rows,
    take_log_right,
    take_slope,
)
from toysim.models.induction_head.logits.side_by_side import guess, narrow
from toysim.numerics.copies import put
from toysim.numerics.elementary import exp, log

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_EVALUATIONS = 2 * 10**5
LANES = 64
SLOWEST = 1e-8  # rise of log p(right) a unit of log t: slower, and rounding sets the time


class Found(NamedTuple):
    """What n rows give: states (n, R, 3) at their stops and what is seen of them, (n, R, 7).

    crossings (n, 4): times, NaN where p(right) does not come up to its level from below; solved
    (n,): false where it takes over MAX_EVALUATIONS. Till they are found, start (n, 4, 3) and
    bracket (n, 4, 3) hold where the step begins that has the crossing within: the state; its size
    and log p(right) at its ends.
    """

    states: Array
    seen: Array
    crossings: Array
    solved: Any
    start: Array
    bracket: Array


def room(n: int, n_stops: int) -> Found:
    """Room for what n rows give."""
    return Found(
        states=np.full((n, n_stops, 3), np.nan),
        seen=np.empty((n, n_stops, 7)),
        crossings=np.full((n, 4), np.nan),
        solved=np.zeros(n, bool),
        start=np.empty((n, 4, 3)),
        bracket=np.empty((n, 4, 3)),
    )


class Pace(NamedTuple):
    """Where ``rows`` (n,) are: log levels (4, n), stops (n, R); and each (n,) time, end and size of
    the step from it, its error, log p(right) at t and at the end, and next stop.
    """

    rows: Ints
    levels: Array
    stops: Array
    t: Array
    end: Array
    size: Array
    error: Array
    before: Array
    after: Array
    next_stop: Ints


@kernel
def solve_rows(y: Array, rows: Reduced, levels: Array, stops: Array, found: Found) -> None:
    """From y (3, n) through stops (n, R) to the last; levels (n, 4) of log p(right)."""
    n, n_stops = stops.shape
    for first in range(0, n, LANES):
        some = np.arange(first, min(first + LANES, n))
        march(some, y[:, some], some_rows(rows, some), levels[some].T.copy(), stops[some], found)
    for first in range(0, n * n_stops, LANES):
        some = np.arange(first, min(first + LANES, n * n_stops))
        state, seen = found.states.reshape(-1, 3)[some].T.copy(), np.empty((7, len(some)))
        take_log_right(state, some_rows(rows, some // n_stops), seen)
        found.seen.reshape(-1, 7)[some] = seen.T
    crossed = np.flatnonzero(np.isfinite(found.crossings))
    for first in range(0, len(crossed), LANES):
        cross(crossed[first : first + LANES], rows, levels, found)


@kernel
def march(rows: Ints, y: Array, row: Reduced, levels: Array, stops: Array, found: Found) -> None:
    """Steps until all of ``rows`` have come to their last stop; those who have stand still."""
    n, n_stops, evaluations = len(rows), stops.shape[1], 0
    t, end, size = np.zeros(n), np.zeros(n), np.zeros(n)
    error, before, after = np.zeros(n), np.zeros(n), np.zeros(n)
    h, work, seen = np.empty(n), np.empty((WORK, 3, n)), np.empty((7, n))
    pace = Pace(rows, levels, stops, t, end, size, error, before, after, np.zeros(n, np.int64))
    take_log_right(y, row, seen)
    before[:] = seen[LOG_RIGHT]
    take_slope(y, row, seen, work[0])
    for i in range(n):
        # A long first step may find nothing that moves: its midpoints are all saturated.
        by_beta1 = row.rho[i] * row.alpha_start[i] * work[0, 0, i]
        h[i] = 1e-3 / (1.0 + max(abs(by_beta1), np.max(np.abs(work[0, :, i]))))
        for c in range(4):
            levels[c, i] = levels[c, i] if before[i] < levels[c, i] + log(BELOW) else np.inf
    keep(y, pace, found)
    while evaluations < MAX_EVALUATIONS and np.any(pace.next_stop < n_stops):
        evaluations += EVALUATIONS
        for i in range(n):
            due = stops[i, pace.next_stop[i]] if pace.next_stop[i] < n_stops else t[i]
            size[i], end[i] = min(h[i], due - t[i]), due if h[i] >= due - t[i] else t[i] + h[i]
        take_step(y, row, size, work, seen, error)
        y_new = work[COLUMNS - 1]
        take_log_right(y_new, row, seen)
        after[:] = seen[LOG_RIGHT]
        note(y, pace, found)
        for i in range(n):
            accepted, cut = error[i] <= 1.0, size[i] < h[i]
            factor = 0.9 * exp(-log(max(error[i], 1e-12)) / ORDER)
            next_h = size[i] * min(5.0, max(0.2, factor))
            h[i] = max(next_h, h[i]) if accepted and cut else next_h
            t[i], before[i] = end[i] if accepted else t[i], after[i] if accepted else before[i]
        for k in range(3):
            for i in range(n):
                y[k, i] = y_new[k, i] if error[i] <= 1.0 else y[k, i]
        keep(y, pace, found)
    found.solved[rows] = pace.next_stop == n_stops


@borrowing
def keep(y: Array, pace: Pace, found: Found) -> None:
    """States of rows that have come to a stop."""
    for i in range(len(pace.rows)):
        k = pace.next_stop[i]
        while k < pace.stops.shape[1] and pace.stops[i, k] <= pace.t[i]:
            put(y[:, i], found.states[pace.rows[i], k])
            k += 1
        pace.next_stop[i] = k


@borrowing
def note(y: Array, pace: Pace, found: Found) -> None:
    """Accepted steps in which p(right) comes up to a level for the first time, unless it creeps."""
    for i in range(len(pace.rows)):
        for c in range(4):
            row, level = pace.rows[i], pace.levels[c, i]
            within = pace.error[i] <= 1.0 and pace.before[i] < level <= pace.after[i]
            rise = pace.end[i] * (pace.after[i] - pace.before[i])
            if within and rise > SLOWEST * pace.size[i] and math.isnan(found.crossings[row, c]):
                found.crossings[row, c] = pace.t[i]
                put(y[:, i], found.start[row, c])
                found.bracket[row, c] = pace.size[i], pace.before[i], pace.after[i]


@kernel
def cross(moments: Ints, rows: Reduced, levels: Array, found: Found) -> None:
    """Times of some of all crossings, numbered row by row: sizes of steps that end at the level."""
    n, row = len(moments), some_rows(rows, moments // 4)
    begin, level = found.start.reshape(-1, 3)[moments].T.copy(), levels.ravel()[moments]
    whole, before, after = found.bracket.reshape(-1, 3)[moments].T.copy()
    bracket = np.stack((np.zeros(n), whole, before - level, after - level, np.zeros(n)))
    size, value, error, enough = np.empty(n), np.empty(n), np.empty(n), np.full(n, 1e-14)
    work, seen = np.empty((WORK, 3, n)), np.empty((7, n))
    for _ in range(60):
        guess(bracket, size)
        take_step(begin, row, size, work, seen, error)
        take_log_right(work[COLUMNS - 1], row, seen)
        for i in range(n):
            value[i] = seen[LOG_RIGHT, i] - level[i]
        if not narrow(bracket, size, value, enough, 1e-14 * whole):
            break
    for i in range(n):
        found.crossings[moments[i] // 4, moments[i] % 4] += size[i]
