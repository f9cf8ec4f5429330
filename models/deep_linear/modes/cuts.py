"""Updates that an edge of a deficit, or the end, cuts into parts.

A part is a step of its share t of the update, by

    a <- a + t eta da(a'),   a' = a - (1 - t)/2 eta da(a)

An update loses half of eta^2 da' against the flow, and so does this, for its share of time: t = 1
is the update itself. Results then stay smooth in the step wherever the cuts fall, and extrapolate
to step 0 (derived). Euler's rule in the parts loses their lengths squared, Heun's nothing: either
leaves a part of second order that jumps as the step changes.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.mode import Trajectory
from toysim.models.deep_linear.modes.lanes import Group, stop_lane
from toysim.models.deep_linear.modes.update import multiply
from toysim.models.deep_linear.updates import half_crossing
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def any_cut(windows: Array, end: Array) -> bool:
    """Whether an edge of a window (W, 3, L) or an end (L,) falls between two updates."""
    for lane in range(len(end)):
        if end[lane] != np.floor(end[lane]):
            return True
        for w in range(len(windows)):
            for side in range(3):
                if windows[w, side, lane] != np.floor(windows[w, side, lane]):
                    return True
    return False


@borrowing
def cut_updates(
    kind: int, n: int, group: Group, record_at: Array, outs: Trajectory, failed_at: Ints
) -> None:
    """Lanes whose update from n on is cut are taken to its end, and stand still in the loop.

    One that leaves the finite numbers there has failed, see ``note_events``.
    """
    for lane in range(len(group.row)):
        first, last = next_cut(n, lane, group), min(n + 1.0, group.end[lane])
        if not n < first < n + 1:
            continue
        stand_still(lane, group)
        i, begin = group.row[lane], float(n)
        while begin < last:
            end = min(next_cut(begin, lane, group), last)
            take_part(kind, begin, end, lane, group, record_at[i], outs.records[i], outs.half[i])
            begin = end
        if not math.isfinite(total_of(lane, group)):
            failed_at[i] = n + 1
            stop_lane(lane, record_at.shape[1], group)


@borrowing
def stand_still(lane: int, group: Group) -> None:
    """A lane that the loop leaves where it is."""
    group.live[lane] = 0.0
    for j in range(len(group.rate)):
        group.rate[j, lane] = 0.0


@borrowing
def next_cut(after: float, lane: int, group: Group) -> float:
    """The first edge of a window, or the end, ``after`` a time; infinite if there is none."""
    first = group.end[lane] if after < group.end[lane] else math.inf
    for w in range(len(group.windows)):
        for side in range(1, 3):
            at = group.windows[w, side, lane]
            first = min(first, at) if after < at else first
    return first


@kernel
def take_part(
    kind: int,
    begin: float,
    end: float,
    lane: int,
    group: Group,
    record_at: Array,
    records: Array,
    half: Array,
) -> None:
    """From ``begin`` to ``end``: numbers, strength, exposure, records (P, R) and half (1,); neither
    of these where the numbers are not finite any more.
    """
    length, before = end - begin, total_of(lane, group)
    start, strength_before = np.empty(group.numbers.shape[:2]), np.empty(len(group.strength))
    for j in range(len(start)):
        strength_before[j] = group.strength[j, lane]
        put(group.numbers[j, :, lane], start[j])
    residual = group.target[lane] - before
    push(begin, -0.5 * (1.0 - length) * residual, lane, group)
    multiply_lane(kind, lane, group)
    residual = group.target[lane] - total_of(lane, group)
    for j in range(len(start)):
        put(start[j], group.numbers[j, :, lane])
    push(begin, length * residual, lane, group)
    multiply_lane(kind, lane, group)
    for j in range(len(group.rate)):
        if is_open(begin, j, lane, group):
            group.exposure[j, lane] += length * residual
    after = total_of(lane, group)
    if not math.isfinite(after):
        return
    if before < group.watched[lane] <= after:
        goal = group.goal[lane]
        half[0] = begin + length * half_crossing(1, math.nan, before, after, goal)
        group.watched[lane] = math.inf
    k = group.record[lane]
    while k < len(record_at) and record_at[k] <= end:
        weight = max(record_at[k] - begin, 0.0) / length
        for j in range(len(records)):
            now = group.strength[j, lane]
            records[j, k] = (1.0 - weight) * strength_before[j] + weight * now
        k += 1
    if k > group.record[lane]:
        group.record[lane], group.due[lane] = k, math.ceil(end)


@borrowing
def is_open(at: float, j: int, lane: int, group: Group) -> bool:
    """Whether pathway j moves in the part that begins ``at``."""
    frozen = group.weight[j, lane] == 0.0
    for w in range(len(group.windows)):
        pathway, start, stop = group.windows[w, :, lane]
        frozen |= pathway == j and start <= at < stop
    return not frozen


@borrowing
def push(at: float, amount: float, lane: int, group: Group) -> None:
    """a_pl <- a_pl + eta * prod_(m != l) a_pm * amount in the open pathways."""
    for j in range(len(group.rate)):
        if is_open(at, j, lane, group):
            for k in range(group.numbers.shape[1]):
                change = group.step[lane] * (group.others[j, k, lane] * amount)
                group.numbers[j, k, lane] += change


@borrowing
def multiply_lane(kind: int, lane: int, group: Group) -> None:
    """``multiply`` of one lane."""
    one = slice(lane, lane + 1)
    multiply(
        kind,
        group.depth[one],
        group.exponent[one],
        group.factors,
        group.offset[:, one],
        group.numbers[:, :, one],
        group.others[:, :, one],
        group.strength[:, one],
    )


@borrowing
def total_of(lane: int, group: Group) -> float:
    """Sum of the strengths of the pathways that are not lesioned, in their order."""
    total = 0.0
    for j in range(len(group.strength)):
        total += group.strength[j, lane] if group.weight[j, lane] > 0.0 else 0.0
    return total
