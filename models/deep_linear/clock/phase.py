"""One phase, in which every pathway is either open or frozen, from its start to its end."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing
from toysim.models.deep_linear.clock.pace import (
    PANEL,
    Pace,
    distance_moved,
    half_position,
    set_pace,
    strength_now,
)
from toysim.models.deep_linear.clock.panels import invert_time, smooth_panel, time_between
from toysim.models.deep_linear.clock.paths import (
    ROUNDING,
    Account,
    Paths,
    leader_at,
    set_brackets,
)
from toysim.models.deep_linear.coordinate import strength_at
from toysim.models.deep_linear.mode import ModeTask, Trajectory
from toysim.models.deep_linear.phases import open_pathways
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_PANELS = 2000  # of a phase: dozens are usual, doubling from the least float to 1 takes 1074


@borrowing
def solve_phase(
    begin: float,
    stop: float,
    next_record: int,
    origin: int,
    invariant: Array,
    paths: Paths,
    task: ModeTask,
    out: Trajectory,
    account: Account,
) -> int:
    """From time ``begin`` to ``stop``; returns the index of the next record.

    invariant (P,), distances in x from pathway ``origin``, paths.p and out.strength are taken from
    the start of the phase to its end.
    """
    open_pathways(task.windows, task.lesioned, begin, paths.is_open)
    frozen, moving, lead = summarize(out.strength, task.lesioned, paths)
    level, residual = task.target - frozen, task.target - frozen - moving
    to_learn = task.target - task.goal  # residual at which the mode counts as learned
    if begin == 0.0:
        out.half[0] = 0.0 if residual <= to_learn else math.nan
    due = next_record
    while due < len(task.record_at) and task.record_at[due] <= stop:
        due += 1
    size = task.target
    for j in range(len(out.strength)):
        size += abs(out.strength[j])
    if lead < 0 or abs(residual) <= ROUNDING * size:  # nothing moves, or only rounding is left
        for r in range(next_record, due):
            put(out.strength, out.records[:, r])
        return due
    start = paths.begin
    put(paths.p, start)
    for j in range(len(start)):
        paths.lag[j] = invariant[j] - invariant[lead]
    set_brackets(residual, out.strength, start, paths)
    p_half, seeks_half = math.nan, math.isnan(out.half[0]) and residual > to_learn
    if seeks_half:
        p_half = leader_at(level - to_learn, lead, paths, account)
        put(start, paths.p)
    pace = set_pace(residual, task.target, level, lead, invariant, paths, account)
    v_half, p_end = math.inf, paths.p[lead]
    if seeks_half:
        v_half = half_position(start[lead], p_half, p_end, paths.c[lead], paths.depth, pace)
    put(start, paths.p)
    v = walk(begin, stop, v_half, next_record, pace, paths, task, out, account)
    move_to(v, origin, invariant, pace, paths, out.strength)
    return due


@borrowing
def summarize(strength: Array, lesioned: Mask, paths: Paths) -> tuple[float, float, int]:
    """Frozen strength, open strength, and the index of the strongest open pathway (-1 if none is
    open); strength, lesioned (P,).
    """
    frozen, moving, lead = 0.0, 0.0, -1
    for j in range(len(strength)):
        if paths.is_open[j]:
            moving += strength[j]
            if lead < 0 or strength[j] > strength[lead]:
                lead = j
        elif not lesioned[j]:
            frozen += strength[j]
    return frozen, moving, lead


@borrowing
def walk(
    begin: float,
    stop: float,
    v_half: float,
    next_record: int,
    pace: Pace,
    paths: Paths,
    task: ModeTask,
    out: Trajectory,
    account: Account,
) -> float:
    """The panels from time ``begin`` to ``stop``; writes the records and the half time on the way.

    Returns the v reached at ``stop``, with paths.p the first layers there. Where Omega is rounding
    alone time does not pass: such a phase is left, with an infinite residual.
    """
    v, t, length = 0.0, 0.0, pace.first
    for _ in range(MOST_PANELS):
        tail = v >= pace.v_linear
        v_to, panel = v, math.inf
        if not tail:
            v_to, panel = smooth_panel(v, length, pace, paths, account)
        length = min(2.0 * (v_to - v), PANEL)
        if v <= v_half < v_to:
            reached = t + time_between(v, v_half, pace, paths)
            if begin + reached <= stop:
                out.half[0] = begin + reached
        while True:
            due = next_record < len(task.record_at) and task.record_at[next_record] <= stop
            wanted = (task.record_at[next_record] if due else stop) - begin - t
            if wanted > panel:
                break
            v_now = v + wanted * pace.rate
            if not tail:
                v_now = invert_time(
                    begin + t, wanted, v, v_to, panel, task.target, pace, paths, account
                )
            strength_now(v_now, pace, paths)
            if not due:
                return v_now
            write_record(next_record, paths, out)
            next_record += 1
        v, t = v_to, t + panel
    account.residual[0] = math.inf
    strength_now(v, pace, paths)
    return v


@borrowing
def write_record(index: int, paths: Paths, out: Trajectory) -> None:
    """Strengths now: of open pathways at paths.p, of the others as at the start of the phase."""
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            out.records[j, index] = strength_at(paths.p[j], paths.c[j], paths.depth)
        else:
            out.records[j, index] = out.strength[j]


@borrowing
def move_to(
    v: float, origin: int, invariant: Array, pace: Pace, paths: Paths, strength: Array
) -> None:
    """Set strength and invariant, the distances of x_p (P,) from x_origin, to v, given paths.p
    there.

    The distances grow by what was moved; differences of x would lose it.
    """
    moved, origin_open = distance_moved(v, pace), paths.is_open[origin]
    for j in range(len(strength)):
        if paths.is_open[j]:
            strength[j] = strength_at(paths.p[j], paths.c[j], paths.depth)
        if paths.is_open[j] != origin_open:
            invariant[j] += moved if origin_open else -moved
