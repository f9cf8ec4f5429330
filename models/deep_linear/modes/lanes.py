"""Rows side by side: what a group of rows carries while its updates run, lane by lane."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.mode import ModeTask, Trajectory
from toysim.numerics.aligned import aligned_zeros
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Measured, ns an update of a row of two pathways: 16 lanes 1.9, 32 1.6, 64 1.2, 128 1.1, 256 1.0;
# 384, or 256 of more numbers, leave the nearest cache.
LANES, OF_MANY_NUMBERS = 256, 128
FEW_NUMBERS = 2  # of a row
NEVER = 2**62


class Group(NamedTuple):
    """Lane l is row ``row[l]``; time counts in updates n; all arrays are contiguous in the lane.

    row, depth (L,); exponent (L,) of ``multiply``; step, target, goal (L,)
    offset c, weight (P, L): weight 0 if lesioned, else 1
    windows      (W, 3, L)  pathway, start, stop, cut to the run; end (L,)
    numbers      (P, M, L)  first layers (M = 1), or all (M = D, ones beyond a row's own)
    others       (P, M, L)  product of the other layers; what a number moves by is that * residual
    strength     (P, L)     K
    rate         (P, L)     step while the pathway is open, else 0
    totals       (3, L)     sum of K at the last three updates: n in row n % 3
    residual     (L,)       S - sum of K; its sum over the updates of a phase (L,)
    exposure     (P, L)     as in ``Trajectory``
    edge         (L,)       when the phase ends; infinite after the last
    live         (L,)       1, or 0 where the rest of the phase only repeats itself
    past         (P, M, L)  numbers two updates ago; NaN where another phase was
    watched      (L,)       S/2 until the sum of K has reached it, then inf; -inf for an update
                            where that was the first of a phase
    before       (P, L)     K before the update, or the part of one, in which a record lies
    record, due  (L,)       index of the next record, and the update it next asks for
    begin, length (L,)      of a part of an update, see ``cuts``; in it
    part_rate    (P, L)     step of the pathways that move
    start        (P, M, L)  numbers before
    total_before (L,)       sum of K before
    """

    row: Any
    depth: Any
    exponent: Any
    step: Any
    target: Any
    goal: Any
    offset: Any
    weight: Any
    windows: Any
    end: Any
    numbers: Any
    others: Any
    strength: Any
    rate: Any
    totals: Any
    residual: Any
    residual_sum: Any
    exposure: Any
    edge: Any
    live: Any
    past: Any
    watched: Any
    before: Any
    record: Any
    due: Any
    begin: Any
    length: Any
    part_rate: Any
    start: Any
    total_before: Any


@kernel
def rows_of(n: int, lanes: int) -> Array:
    """Zeros (n, L); each row begins a line of the cache where the lanes are whole vectors."""
    return aligned_zeros(n * lanes).reshape((n, lanes))


@kernel
def new_group(lanes: int, n_pathways: int, size: int, n_windows: int) -> Group:
    """Arrays for groups of so many lanes, pathways, numbers a pathway and windows."""
    whole = (n_pathways, size, lanes)
    return Group(
        np.empty(lanes, np.int64),
        np.empty(lanes, np.int64),
        np.empty(lanes, np.int64),
        aligned_zeros(lanes),
        aligned_zeros(lanes),
        aligned_zeros(lanes),
        rows_of(n_pathways, lanes),
        rows_of(n_pathways, lanes),
        rows_of(n_windows * 3, lanes).reshape((n_windows, 3, lanes)),
        aligned_zeros(lanes),
        rows_of(n_pathways * size, lanes).reshape(whole),
        rows_of(n_pathways * size, lanes).reshape(whole),
        rows_of(n_pathways, lanes),
        rows_of(n_pathways, lanes),
        rows_of(3, lanes),
        aligned_zeros(lanes),
        aligned_zeros(lanes),
        rows_of(n_pathways, lanes),
        aligned_zeros(lanes),
        aligned_zeros(lanes),
        rows_of(n_pathways * size, lanes).reshape(whole),
        aligned_zeros(lanes),
        rows_of(n_pathways, lanes),
        np.empty(lanes, np.int64),
        np.empty(lanes, np.int64),
        aligned_zeros(lanes),
        aligned_zeros(lanes),
        rows_of(n_pathways, lanes),
        rows_of(n_pathways * size, lanes).reshape(whole),
        aligned_zeros(lanes),
    )


@borrowing
def keep(numbers: Array, into: Array) -> None:
    """A copy of numbers, both (P, M, L)."""
    for j in range(len(numbers)):
        for k in range(numbers.shape[1]):
            put(numbers[j, k], into[j, k])


@borrowing
def rewind(
    residual_sum: Array, edge: Array, live: Array, rate: Array, exposure: Array, before: Array
) -> None:
    """What is the same in all lanes before update 0, shapes as in ``Group``."""
    for lane in range(len(live)):
        residual_sum[lane], edge[lane], live[lane] = 0.0, 0.0, 1.0
    for j in range(len(rate)):
        for lane in range(len(live)):
            rate[j, lane], exposure[j, lane], before[j, lane] = 0.0, 0.0, 0.0


# Copied lane by lane out of the whole group, rows took 1.7 times as long (measured).


@borrowing
def fill(
    order: Ints,
    first: int,
    reduced: bool,
    numbers: Array,
    offset: Array,
    step: Array,
    tasks: ModeTask,
    group: Group,
) -> int:
    """Rows ``order[first:]``, the last of them again where lanes are left, before update 0; returns
    the largest exponent. Shapes as in ``descend_rows``.
    """
    row = group.row
    for lane in range(len(row)):
        row[lane] = order[min(first + lane, len(order) - 1)]
    rewind(group.residual_sum, group.edge, group.live, group.rate, group.exposure, group.before)
    group.record[:] = 0
    group.due[:] = 0 if tasks.record_at.shape[1] > 0 else NEVER
    gather(row, step, group.step)
    gather(row, tasks.target, group.target)
    gather(row, tasks.goal, group.goal)
    gather(row, tasks.goal, group.watched)
    gather(row, tasks.end, group.end)
    gather_columns(row, offset, group.offset)
    gather_weights(row, tasks.lesioned, group.weight)
    gather_tables(row, tasks.windows, group.windows)
    gather_tables(row, numbers, group.numbers)
    return gather_depths(row, tasks.depth, reduced, group.depth, group.exponent)


@borrowing
def gather(row: Ints, values: Array, into: Array) -> None:
    """``values`` (n,) of the lanes' rows, into (L,)."""
    for lane in range(len(row)):
        into[lane] = values[row[lane]]


@borrowing
def gather_columns(row: Ints, values: Array, into: Array) -> None:
    """``values`` (n, P) of the lanes' rows, into (P, L)."""
    for j in range(len(into)):
        for lane in range(len(row)):
            into[j, lane] = values[row[lane], j]


@borrowing
def gather_tables(row: Ints, values: Array, into: Array) -> None:
    """``values`` (n, P, M) of the lanes' rows, into (P, M, L)."""
    for j in range(into.shape[0]):
        for k in range(into.shape[1]):
            for lane in range(len(row)):
                into[j, k, lane] = values[row[lane], j, k]


@borrowing
def gather_weights(row: Ints, lesioned: Mask, weight: Array) -> None:
    """0 where a pathway of a lane's row is lesioned (n, P), else 1: weight (P, L)."""
    for j in range(len(weight)):
        for lane in range(len(row)):
            weight[j, lane] = 0.0 if lesioned[row[lane], j] else 1.0


@borrowing
def gather_depths(row: Ints, given: Ints, reduced: bool, depth: Ints, exponent: Ints) -> int:
    """Depths ``given`` (n,) and exponents of the lanes (L,), and the largest of these."""
    largest = 0
    for lane in range(len(row)):
        depth[lane] = given[row[lane]]
        exponent[lane] = (depth[lane] - 1) // 2 if reduced else depth[lane] - 1
        largest = max(largest, exponent[lane])
    return largest


@borrowing
def write_back(group: Group, numbers: Array, outs: Trajectory) -> None:
    """The end state of every lane to its row: numbers (n, P, M)."""
    scatter_columns(group.row, group.strength, outs.strength)
    scatter_columns(group.row, group.exposure, outs.exposure)
    scatter_tables(group.row, group.numbers, numbers)


@borrowing
def scatter_columns(row: Ints, values: Array, into: Array) -> None:
    """``values`` (P, L) to the lanes' rows, into (n, P)."""
    for lane in range(len(row)):
        for j in range(len(values)):
            into[row[lane], j] = values[j, lane]


@borrowing
def scatter_tables(row: Ints, values: Array, into: Array) -> None:
    """``values`` (P, M, L) to the lanes' rows, into (n, P, M)."""
    for j in range(values.shape[0]):
        for k in range(values.shape[1]):
            for lane in range(len(row)):
                into[row[lane], j, k] = values[j, k, lane]


@borrowing
def stop_lane(lane: int, n_records: int, group: Group) -> None:
    """A lane that failed stays at 0 from now on, without records or phases."""
    n_pathways, size, _ = group.numbers.shape
    for j in range(n_pathways):
        group.offset[j, lane], group.strength[j, lane], group.rate[j, lane] = 0.0, 0.0, 0.0
        for k in range(size):
            group.numbers[j, k, lane], group.others[j, k, lane] = 0.0, 0.0
    for j in range(3):
        group.totals[j, lane] = 0.0
    group.watched[lane], group.live[lane] = math.inf, 0.0
    for w in range(len(group.windows)):
        for j in range(3):
            group.windows[w, j, lane] = -1.0
    group.end[lane], group.edge[lane] = -1.0, math.inf
    group.due[lane], group.record[lane] = NEVER, n_records
