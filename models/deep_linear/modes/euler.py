"""Gradient descent on one mode, update by update: one number a pathway, or one a layer.

Time counts in updates here. Pathways are summed in one fixed order with identical operations, so
equal pathways stay equal to the last bit: at depth 3 and more the symmetric state is an unstable
ridge. Rows run side by side, in lanes. Updates that an edge of a deficit or the end cuts are made
apart, see ``cuts``.

Derived from gradient descent of aligned layers (after arXiv:1312.6120, arXiv:2308.12221).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.mode import ModeTask, Trajectory
from toysim.models.deep_linear.modes.cuts import any_cut, cut_updates
from toysim.models.deep_linear.modes.events import (
    close_phases,
    next_edges,
    note_events,
    set_rates,
    settle,
    write_records,
)
from toysim.models.deep_linear.modes.lanes import LANES, NEVER, Group, group_of, write_back
from toysim.models.deep_linear.modes.update import (
    LAYERS,
    REDUCED,
    add_up,
    move,
    multiply_equal,
    multiply_layers,
    multiply_reduced,
    take_residual,
)
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SETTLING = 64  # updates between two looks for lanes that repeat themselves


@borrowing
def keep(numbers: Array, past: Array) -> None:
    """The numbers (P, M, L) of this update, for the update after next."""
    for j in range(len(numbers)):
        for k in range(numbers.shape[1]):
            put(numbers[j, k], past[j, k])


@borrowing
def any_above(limit: float, values: Array) -> bool:
    """Whether one of ``values`` (L,) is."""
    found = False
    for value in values:
        found |= value > limit
    return found


@kernel
def descend(kind: int, group: Group, record_at: Array, outs: Trajectory, failed_at: Ints) -> None:
    """A group from update 0 to the end of its longest row, from one event of a lane to the next.

    Where all lanes repeat themselves until their next event, whole pairs of updates are left out.
    """
    # The loop over updates takes whole arrays, since an attribute or a view made in it costs as
    # much as the arithmetic of 16 lanes.
    depth, exponent, factors, offset = group.depth, group.exponent, group.factors, group.offset
    numbers, others, strength, weight = group.numbers, group.others, group.strength, group.weight
    rate, live, residual, residual_sum = group.rate, group.live, group.residual, group.residual_sum
    target, totals, watched, past = group.target, group.totals, group.watched, group.past
    step, windows, end, edge = group.step, group.windows, group.end, group.edge
    cut = any_cut(windows, end)
    n, next_edge, past_at = -1, 0, -1
    due = 0 if record_at.shape[1] > 0 else NEVER
    stop = 0
    while next_edge != NEVER:
        while n < stop:
            if n >= 0:
                take_residual(n % 3, target, totals, live, residual, residual_sum)
                move(rate, residual, others, numbers)
            # ``multiply`` spelled out: as a call it took a lone row 1.7 times as long.
            if kind == LAYERS:
                multiply_layers(depth, numbers, others, strength)
            elif kind == REDUCED:
                multiply_reduced(depth, exponent, factors, offset, numbers, others, strength)
            else:
                multiply_equal(exponent, factors, numbers, others, strength)
            n += 1
            if add_up(n % 3, strength, weight, watched, totals) > 0:
                note_events(n, group, outs, failed_at)
        if n >= due:
            due = write_records(n, record_at, group, outs.records)
        if n >= next_edge:
            close_phases(n, edge, rate, residual_sum, group.exposure, totals, past, live)
            next_edge = next_edges(n, windows, end, edge, live)
            set_rates(n, step, weight, windows, edge, rate)
            if cut:
                cut_updates(kind, n, group, record_at, outs, failed_at)
        if n % SETTLING == SETTLING - 2:
            past_at = n
            keep(numbers, past)
        elif n % SETTLING == 0 and past_at == n - 2:
            settle(n, group)
        stop = min(due, next_edge)
        if any_above(0.0, live):
            look = n - n % SETTLING + SETTLING
            stop = min(stop, look if n >= look - 2 else look - 2)
        else:
            skipped = (stop - n) // 2 * 2
            totals[(n + skipped) % 3] = totals[n % 3]
            n += skipped


@kernel
def descend_rows(
    kind: int,
    order: Ints,
    numbers: Array,
    offset: Array,
    step: Array,
    tasks: ModeTask,
    outs: Trajectory,
    failed_at: Ints,
) -> None:
    """All rows, in groups of ``order`` (n,), which should put rows of like length side by side.

    ``numbers`` (n, P, M) start, overwritten by the end state; ``offset`` (n, P) c; step,
    failed_at (n,): the update that left the finite numbers, untouched where none did; bundles as
    in ``mode``.
    """
    for first in range(0, len(order), LANES):
        group = group_of(
            order[first : first + LANES], kind == REDUCED, numbers, offset, step, tasks
        )
        descend(kind, group, tasks.record_at, outs, failed_at)
        write_back(group, numbers, outs)
