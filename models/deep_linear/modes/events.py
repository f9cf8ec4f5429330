"""What happens to lanes between updates: phases, records, half of the mode learned, failures."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, inlined
from toysim.models.deep_linear.mode import Trajectory
from toysim.models.deep_linear.modes.lanes import NEVER, Group, stop_lane
from toysim.models.deep_linear.updates import half_crossing
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


# Loops over lanes are given their arrays one by one: LLVM made them three to ten times as long out
# of the whole group (measured).


@borrowing
def close_phases(
    n: int,
    edge: Array,
    rate: Array,
    residual_sum: Array,
    exposure: Array,
    totals: Array,
    past: Array,
    live: Array,
) -> None:
    """Where a phase ends at n, what it saw of the residual goes to its open pathways' exposure, and
    what was before does not count in the next. Shapes as in ``Group``.
    """
    now, before = float(n), (n + 2) % 3
    for j in range(len(rate)):
        for lane in range(len(edge)):
            seen = rate[j, lane] > 0.0 and edge[lane] == now
            exposure[j, lane] += residual_sum[lane] if seen else 0.0
    for lane in range(len(edge)):
        ends = edge[lane] == now
        residual_sum[lane] = 0.0 if ends else residual_sum[lane]
        totals[before, lane] = math.nan if ends else totals[before, lane]
        past[0, 0, lane] = math.nan if ends else past[0, 0, lane]
        live[lane] = 1.0 if ends else live[lane]


@borrowing
def next_edges(n: int, windows: Array, end: Array, edge: Array, live: Array) -> int:
    """Of every lane the first start or stop of a window, or the end, after n, else infinity; and
    the first of all lanes, or NEVER. An update that one of them cuts is a phase. Shapes as in
    ``Group``.
    """
    now = float(n)
    for lane in range(len(edge)):
        edge[lane] = whole_after(now, end[lane])
    for w in range(len(windows)):
        for lane in range(len(edge)):
            start = whole_after(now, windows[w, 1, lane])
            stop = whole_after(now, windows[w, 2, lane])
            stop = start if start < stop else stop
            edge[lane] = stop if stop < edge[lane] else edge[lane]
    first = math.inf
    for lane in range(len(edge)):
        live[lane] = live[lane] if edge[lane] < math.inf else 0.0
        first = min(first, edge[lane])
    return int(first) if first < math.inf else NEVER


@inlined
def whole_after(now: float, at: float) -> float:
    """The first of the whole numbers around ``at`` (or itself) that is above now, else infinity."""
    below, above = np.floor(at), np.ceil(at)  # as numbers, where math's are integers
    later = above if now < above else math.inf
    return below if now < below else later


@borrowing
def set_rates(n: int, step: Array, weight: Array, windows: Array, edge: Array, rate: Array) -> None:
    """Steps from n on: 0 in a pathway's windows, where it is lesioned, and after the end. Shapes as
    in ``Group``.
    """
    now = float(n)
    for j in range(len(rate)):
        for lane in range(len(edge)):
            rate[j, lane] = step[lane] * weight[j, lane] if edge[lane] < math.inf else 0.0
        for w in range(len(windows)):
            for lane in range(len(edge)):
                within = (windows[w, 1, lane] <= now) & (now < windows[w, 2, lane])
                frozen = within & (windows[w, 0, lane] == j)
                rate[j, lane] = 0.0 if frozen else rate[j, lane]


@borrowing
def repeats(lane: int, numbers: Array, past: Array) -> bool:
    """Whether a lane's numbers are those of the past, both (P, M, L)."""
    for j in range(len(numbers)):
        for k in range(numbers.shape[1]):
            if numbers[j, k, lane] != past[j, k, lane]:
                return False
    return True


@borrowing
def settle(n: int, group: Group) -> None:
    """Lanes that stand where they stood two updates ago repeat these two until their phase ends.

    So does the residual: its sum over the rest of the phase is added at once. (Rounding makes
    pairs: depth 4 steps to and fro between two neighbouring numbers from some update on.)
    """
    now, next_one = group.totals[n % 3], group.totals[(n + 2) % 3]
    for lane in range(len(now)):
        if group.live[lane] > 0.0 and repeats(lane, group.numbers, group.past):
            rest = int(group.edge[lane]) - n
            group.residual_sum[lane] += (group.target[lane] - now[lane]) * ((rest + 1) // 2)
            group.residual_sum[lane] += (group.target[lane] - next_one[lane]) * (rest // 2)
            group.live[lane] = 0.0


@borrowing
def write_records(n: int, record_at: Array, group: Group, records: Array) -> int:
    """Records up to update n, linear between n - 1 and n; returns when the next is asked for.

    ``record_at`` (n, R) in updates, ``records`` (n, P, R). A record is asked for twice: at the
    update before it, whose strengths are kept, and at the next.
    """
    first_due = NEVER
    for lane in range(len(group.row)):
        if group.due[lane] <= n:
            write_lane(n, lane, record_at[group.row[lane]], group, records[group.row[lane]])
        first_due = min(first_due, group.due[lane])
    return first_due


@borrowing
def write_lane(n: int, lane: int, record_at: Array, group: Group, records: Array) -> None:
    """``write_records`` of a lane: record_at (R,), records (P, R)."""
    k = group.record[lane]
    while k < len(record_at) and record_at[k] <= n:
        weight = min(max(record_at[k] - (n - 1), 0.0), 1.0)
        for j in range(len(records)):
            # In this form a record at n is the state at n to the last bit.
            before, after = group.before[j, lane], group.strength[j, lane]
            records[j, k] = (1.0 - weight) * before + weight * after
        k += 1
    group.record[lane], group.due[lane] = k, NEVER
    if k < len(record_at):
        last_before = math.ceil(record_at[k]) - 1
        group.due[lane] = max(last_before, n + 1)
        if last_before == n:
            put(group.strength[:, lane], group.before[:, lane])


@borrowing
def note_events(n: int, group: Group, outs: Trajectory, failed_at: Ints) -> None:
    """Lanes in which, at update n, half of the mode was learned or numbers stopped being finite.

    Half learned in the first update of a phase is noted an update later, see ``half_time``.
    """
    earlier, before, after = (
        group.totals[(n + 1) % 3],
        group.totals[(n + 2) % 3],
        group.totals[n % 3],
    )
    watched = group.watched
    for lane in range(len(after)):
        if -math.inf < after[lane] < watched[lane]:
            continue
        i = group.row[lane]
        if not math.isfinite(after[lane]):
            failed_at[i] = n
            stop_lane(lane, outs.records.shape[2], group)
        elif watched[lane] > -math.inf and put_off(n, lane, earlier, group):
            watched[lane] = -math.inf
        else:
            crossing = half_time(
                n,
                earlier[lane],
                before[lane],
                after[lane],
                group.target[lane],
                group.goal[lane],
                watched[lane],
            )
            outs.half[i, 0] = crossing if n > 0 else 0.0
            watched[lane] = math.inf


@borrowing
def put_off(n: int, lane: int, earlier: Array, group: Group) -> bool:
    """Whether update n > 0 is the first of a phase that goes on; earlier (L,) as in note_events."""
    return n > 0 and math.isnan(earlier[lane]) and n < group.edge[lane] < math.inf


@borrowing
def half_time(
    n: int,
    earlier: float,
    before: float,
    after: float,
    target: float,
    goal: float,
    watched: float,
) -> float:
    """When the sum of strengths reached the goal: in update n, or, put off, in the one before it.

    The first update of a phase has no earlier state to lay a parabola through, and on a line the
    time does not tell a step from half of it. There the same parabola is read from its other end:
    in time run backwards the residuals rise to S - goal.
    """
    if watched > 0.0:
        return half_crossing(n, earlier, before, after, goal)
    left = target - goal
    return n - 1 - half_crossing(1, target - after, target - before, target - earlier, left)
