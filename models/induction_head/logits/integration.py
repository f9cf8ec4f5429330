"""Rows from their start to their duration; the records and crossings that lie within a step are
found after it, by steps that end there.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.induction_head.logits.flow import (
    RIGHT,
    P,
    Q,
    Step,
    conserve,
    step_from,
    take_step,
)
from toysim.models.induction_head.logits.measures import BELOW
from toysim.models.induction_head.logits.problem import Problem, some_of
from toysim.models.induction_head.logits.side_by_side import (
    guess,
    narrow,
    next_sizes,
    take_errors,
)
from toysim.numerics.copies import put
from toysim.numerics.elementary import log
from toysim.numerics.ode import STAGES, first_step

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RTOL = 1e-10  # of the local error a step
MAX_EVALUATIONS = 3 * 10**5
LANES = 128  # measured, ms for 1000 rows: 64 lanes 22.7, 128 lanes 21.0


class Stops(NamedTuple):
    """Of n rows: levels (n, 4) of p(right), record times (n, R) ascending, duration (n,)."""

    levels: Array
    record_at: Array
    duration: Any


class Outcome(NamedTuple):
    """What the flow writes, for n rows.

    state (n, R, 4); looks (n, R, 4): p(right), loss, p of layer 1, q of layer 2; crossings (n, 4):
    times at which p(right) first comes up to its levels from below, else NaN; drift (n,) of the
    conserved quantity as a share of its terms; exhausted (n,): the row was given up after
    MAX_EVALUATIONS.
    """

    state: Array
    looks: Array
    crossings: Array
    drift: Array
    exhausted: npt.NDArray[np.bool_]


class Within(NamedTuple):
    """Steps that have something within. Till it is found, ``Outcome`` holds where they begin: the
    state in ``state``, the time in ``crossings``.

    size (n, R) from there to the record; start (n, 4, 4): the state before a crossing; bracket
    (n, 4, 3): the whole step's size, p(right) at its ends.
    """

    size: Array
    start: Array
    bracket: Array


@kernel
def integrate(y: Array, problems: Problem, stops: Stops, out: Outcome) -> None:
    """All rows from their starts y (4, n)."""
    n, n_records = stops.record_at.shape
    within = Within(np.full((n, n_records), np.nan), np.empty((n, 4, 4)), np.empty((n, 4, 3)))
    for first in range(0, n, LANES):
        rows = np.arange(first, min(first + LANES, n))
        march(rows, step_from(y[:, rows], some_of(problems, rows)), stops, out, within)
    for first in range(0, n * n_records, LANES):
        record(np.arange(first, min(first + LANES, n * n_records)), problems, out, within)
    crossed = np.flatnonzero(np.isfinite(out.crossings))
    for first in range(0, len(crossed), LANES):
        cross(crossed[first : first + LANES], problems, stops, out, within)


class Pace(NamedTuple):
    """Where ``rows`` (n,) are: their levels (4, n); and each (n,) time, end and size of the step
    from it, its error, p(right) at t, next record and when it is due.
    """

    rows: Ints
    levels: Array
    t: Array
    end: Array
    size: Array
    error: Array
    p_right: Array
    next_record: Ints
    due: Array


@kernel
def march(rows: Ints, step: Step, stops: Stops, out: Outcome, within: Within) -> None:
    """Steps until all of ``rows`` have come to their duration; those who have stand still, by
    steps of size 0.
    """
    problem, y, slopes, y_new, seen = step
    n, evaluations, duration = len(rows), 0, stops.duration[rows]
    t, end, size = np.zeros(n), np.zeros(n), np.zeros(n)  # rows of one array would compile twice
    error, due, drift = np.zeros(n), np.zeros(n), np.zeros(n)
    at_start, now, sizes = np.empty(n), np.empty(n), np.empty(n)
    h, levels = first_sizes(step), stops.levels[rows].T.copy()
    before, after, slope, slope_new = seen[RIGHT].copy(), seen[RIGHT], slopes[0], slopes[-1]
    for i in range(n):
        for c in range(4):
            levels[c, i] = levels[c, i] if before[i] < BELOW * levels[c, i] else np.inf
    pace = Pace(rows, levels, t, end, size, error, before, np.zeros(n, np.int64), due)
    conserve(y, problem, at_start, sizes)
    note(pace, step, stops, out, within)
    while evaluations < MAX_EVALUATIONS and np.any(t < duration):
        evaluations += STAGES - 1
        for i in range(n):
            left = duration[i] - t[i]
            size[i], end[i] = min(h[i], left), duration[i] if h[i] >= left else t[i] + h[i]
        take_step(step, size)
        take_errors(y, y_new, slopes, size, RTOL, problem.smallest, error)
        events = 0
        for i in range(n):
            events += due[i] <= end[i]
            for c in range(4):
                events += (before[i] < levels[c, i]) & (levels[c, i] <= after[i])
        if events > 0:
            note(pace, step, stops, out, within)
        for i in range(n):
            accepted = error[i] <= 1.0
            t[i], before[i] = end[i] if accepted else t[i], after[i] if accepted else before[i]
        for k in range(4):
            for i in range(n):
                y[k, i] = y_new[k, i] if error[i] <= 1.0 else y[k, i]
                slope[k, i] = slope_new[k, i] if error[i] <= 1.0 else slope[k, i]
        next_sizes(size, error, h)
        conserve(y, problem, now, sizes)
        for i in range(n):
            change = abs(now[i] - at_start[i])
            drift[i] = max(drift[i], change / sizes[i] if change > 0.0 else 0.0)
    out.drift[rows], out.exhausted[rows] = drift, t < duration


@kernel
def first_sizes(step: Step) -> Array:
    """Sizes (n,) of first steps; where the state is 0 and gives no scale by the slope alone."""
    h = np.empty(step.y.shape[1])
    for i in range(len(h)):
        y, slope = step.y[:, i], step.slopes[0, :, i]
        h[i] = first_step(y, slope) if np.any(y != 0.0) else 1e-3 / (1.0 + np.max(np.abs(slope)))
    return h


@borrowing
def note(pace: Pace, step: Step, stops: Stops, out: Outcome, within: Within) -> None:
    """Accepted steps in which p(right) comes up to a level for the first time, or a record lies."""
    for i in range(len(pace.rows)):
        if not pace.error[i] <= 1.0:
            continue
        row, t, k = pace.rows[i], pace.t[i], pace.next_record[i]
        before, after = pace.p_right[i], step.seen[RIGHT, i]
        for c in range(4):
            if before < pace.levels[c, i] <= after and math.isnan(out.crossings[row, c]):
                out.crossings[row, c] = t
                put(step.y[:, i], within.start[row, c])
                within.bracket[row, c] = pace.size[i], before, after
        while k < stops.record_at.shape[1] and stops.record_at[row, k] <= pace.end[i]:
            put(step.y[:, i], out.state[row, k])
            within.size[row, k] = stops.record_at[row, k] - t
            k += 1
        pace.next_record[i] = k
        pace.due[i] = stops.record_at[row, k] if k < stops.record_at.shape[1] else np.inf


@kernel
def record(moments: Ints, problems: Problem, out: Outcome, within: Within) -> None:
    """State and looks at some of all records, numbered row by row."""
    n_records = out.state.shape[1]
    begin = out.state.reshape(-1, 4)[moments].T.copy()
    step = step_from(begin, some_of(problems, moments // n_records))
    take_step(step, within.size.ravel()[moments])
    seen = step.seen
    for i in range(len(moments)):
        row, k = moments[i] // n_records, moments[i] % n_records
        loss = -log(seen[RIGHT, i])  # falls along the flow, so that this never underflows
        out.state[row, k] = step.y_new[:, i]
        out.looks[row, k] = seen[RIGHT, i], loss, seen[P, i], seen[Q, i]


@kernel
def cross(moments: Ints, problems: Problem, stops: Stops, out: Outcome, within: Within) -> None:
    """Times of some of all crossings, numbered row by row: the size of the step at whose end
    p(right) is at its level, by false position (Illinois) on whole steps.
    """
    begin, (whole, before, after) = (
        within.start.reshape(-1, 4)[moments].T.copy(),
        within.bracket.reshape(-1, 3)[moments].T.copy(),
    )
    n, levels = len(moments), stops.levels.ravel()[moments]
    step = step_from(begin, some_of(problems, moments // 4))
    bracket = np.stack((np.zeros(n), whole, before - levels, after - levels, np.zeros(n)))
    size, value = np.empty(n), np.empty(n)
    for _ in range(60):
        guess(bracket, size)
        take_step(step, size)
        for i in range(n):
            value[i] = step.seen[RIGHT, i] - levels[i]
        if not narrow(bracket, size, value, 1e-14 * levels, 1e-14 * whole):
            break
    for i in range(n):
        out.crossings[moments[i] // 4, moments[i] % 4] += size[i]
