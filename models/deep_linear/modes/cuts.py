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

from toysim.jit import borrowing
from toysim.models.deep_linear.mode import Trajectory
from toysim.models.deep_linear.modes.lanes import Group, keep, stop_lane
from toysim.models.deep_linear.modes.update import add_up, move, multiply
from toysim.models.deep_linear.updates import half_crossing

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@borrowing
def any_cut(windows: Array, end: Array) -> bool:
    """Whether an edge of a window (W, 3, L) or an end (L,) falls between two updates."""
    found = False
    for lane in range(len(end)):
        found |= end[lane] != math.floor(end[lane])
    for w in range(len(windows)):
        for side in range(1, 3):
            for lane in range(len(end)):
                found |= windows[w, side, lane] != math.floor(windows[w, side, lane])
    return found


@borrowing
def cut_updates(
    kind: int,
    n: int,
    factors: int,
    group: Group,
    record_at: Array,
    outs: Trajectory,
    failed_at: Ints,
) -> None:
    """Lanes whose update from n on is cut are taken to its end, and stand still in the loop.

    One that leaves the finite numbers there has failed, see ``note_events``.
    """
    for lane in range(len(group.row)):
        first = next_cut(float(n), lane, group)
        group.begin[lane] = min(n + 1.0, group.end[lane])
        if n < first < n + 1:
            group.begin[lane], group.live[lane] = n, 0.0
            for j in range(len(group.rate)):
                group.rate[j, lane] = 0.0
    while next_parts(n, group) > 0:
        take_parts(kind, n % 3, factors, group)
        end_parts(n, group, record_at, outs, failed_at)


@borrowing
def next_cut(after: float, lane: int, group: Group) -> float:
    """The first edge of a window, or the end, ``after`` a time; infinite if there is none."""
    first = group.end[lane] if after < group.end[lane] else math.inf
    for w in range(len(group.windows)):
        for side in range(1, 3):
            at = group.windows[w, side, lane]
            first = min(first, at) if after < at else first
    return first


@borrowing
def next_parts(n: int, group: Group) -> int:
    """Lengths of the parts that begin now, 0 in lanes that have none left, and what moves in them;
    returns how many there are.
    """
    found = 0
    for lane in range(len(group.row)):
        begin, last = group.begin[lane], min(n + 1.0, group.end[lane])
        group.length[lane] = 0.0
        if begin < last:
            group.length[lane] = min(next_cut(begin, lane, group), last) - begin
            found += 1
        for j in range(len(group.rate)):
            moves = begin < last and is_open(begin, j, lane, group)
            group.part_rate[j, lane] = group.step[lane] if moves else 0.0
            if begin < last:
                group.before[j, lane] = group.strength[j, lane]
    return found


@borrowing
def is_open(at: float, j: int, lane: int, group: Group) -> bool:
    """Whether pathway j moves in the part that begins ``at``."""
    frozen = group.weight[j, lane] == 0.0
    for w in range(len(group.windows)):
        start, stop = group.windows[w, 1, lane], group.windows[w, 2, lane]
        frozen |= group.windows[w, 0, lane] == j and start <= at < stop
    return not frozen


@borrowing
def take_parts(kind: int, now: int, factors: int, group: Group) -> None:
    """A part of every lane that has one; ``totals[now]`` is its sum of strengths from then on."""
    total, target, length, amount = group.totals[now], group.target, group.length, group.residual
    keep(group.numbers, group.start)
    for lane in range(len(amount)):
        group.total_before[lane] = total[lane]
        amount[lane] = -0.5 * (1.0 - length[lane]) * (target[lane] - total[lane])
    push(kind, now, factors, group)
    for lane in range(len(amount)):
        amount[lane] = length[lane] * (target[lane] - total[lane])
    keep(group.start, group.numbers)
    push(kind, now, factors, group)
    for j in range(len(group.exposure)):
        for lane in range(len(amount)):
            moves = group.part_rate[j, lane] > 0.0
            group.exposure[j, lane] += amount[lane] if moves else 0.0


@borrowing
def push(kind: int, now: int, factors: int, group: Group) -> None:
    """a_pl <- a_pl + eta * prod_(m != l) a_pm * amount in the open pathways, and what follows."""
    numbers, others, strength = group.numbers, group.others, group.strength
    move(group.part_rate, group.residual, others, numbers)
    multiply(kind, group.depth, group.exponent, factors, group.offset, numbers, others, strength)
    add_up(now, strength, group.weight, group.totals)


@borrowing
def end_parts(n: int, group: Group, record_at: Array, outs: Trajectory, failed_at: Ints) -> None:
    """Half of the mode learned, records and failures in the parts of update n, and their ends."""
    for lane in range(len(group.row)):
        if group.length[lane] > 0.0:
            i, before, after = group.row[lane], group.total_before[lane], group.totals[n % 3, lane]
            begin, length = group.begin[lane], group.length[lane]
            if not math.isfinite(after):
                failed_at[i] = n + 1
                stop_lane(lane, record_at.shape[1], group)
            elif before < group.watched[lane] <= after:
                crossing = half_crossing(1, math.nan, before, after, group.goal[lane])
                outs.half[i, 0] = begin + length * crossing
                group.watched[lane] = math.inf
            record_part(lane, record_at[i], group, outs.records[i])
            group.begin[lane] = begin + length


@borrowing
def record_part(lane: int, record_at: Array, group: Group, records: Array) -> None:
    """Records of a lane's part: record_at (R,), records (P, R)."""
    begin, length = group.begin[lane], group.length[lane]
    end, k = begin + length, group.record[lane]
    while k < len(record_at) and record_at[k] <= end:
        weight = max(record_at[k] - begin, 0.0) / length
        for j in range(len(records)):
            now = group.strength[j, lane]
            records[j, k] = (1.0 - weight) * group.before[j, lane] + weight * now
        k += 1
    if k > group.record[lane]:
        group.record[lane], group.due[lane] = k, math.ceil(end)
