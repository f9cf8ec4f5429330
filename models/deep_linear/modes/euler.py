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
from toysim.models.deep_linear.modes.lanes import (
    FEW_NUMBERS,
    LANES,
    NEVER,
    OF_MANY_NUMBERS,
    fill,
    keep,
    new_group,
    write_back,
)
from toysim.models.deep_linear.modes.update import (
    EQUAL,
    FACTORS,
    LAYERS,
    REDUCED,
    add_up,
    advance_equal,
    advance_few,
    count_events,
    move,
    multiply_equal,
    multiply_layers,
    multiply_reduced,
    take_residual,
)
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 6  # lanes that are faster one after the other
SETTLING = 128  # updates between two looks for lanes that repeat themselves


@borrowing
def any_above(limit: float, values: Array) -> bool:
    """Whether one of ``values`` (L,) is."""
    found = False
    for value in values:
        found |= value > limit
    return found


@borrowing
def update_until(
    kind: int,
    n: int,
    stop: int,
    factors: int,
    depth: Ints,
    exponent: Ints,
    offset: Array,
    weight: Array,
    target: Array,
    watched: Array,
    rate: Array,
    live: Array,
    numbers: Array,
    others: Array,
    strength: Array,
    totals: Array,
    residual: Array,
    residual_sum: Array,
) -> tuple[int, int]:
    """All lanes from update n to ``stop``, or to the first update in which one has an event;
    returns that and how many have. Shapes as in ``Group``.
    """
    found, in_one_pass = 0, kind == EQUAL and factors <= FACTORS
    few = in_one_pass and len(target) <= FEW
    while n < stop and found == 0:
        if n >= 0 and not few:
            take_residual(n % 3, target, totals, live, residual, residual_sum)
        n += 1
        if few and n > 0:
            advance_few(
                (n - 1) % 3,
                n % 3,
                target,
                live,
                rate,
                exponent,
                weight,
                numbers,
                others,
                strength,
                totals,
                residual_sum,
            )
        elif in_one_pass and factors <= 1:  # depth 2: a seventh less time
            advance_equal(
                n % 3, 1, rate, residual, exponent, weight, numbers, others, strength, totals
            )
        elif in_one_pass:
            advance_equal(
                n % 3, FACTORS, rate, residual, exponent, weight, numbers, others, strength, totals
            )
        else:
            if n > 0:
                move(rate, residual, others, numbers)
            # ``multiply`` spelled out: as a call it took a lone row 1.7 times as long.
            if kind == LAYERS:
                multiply_layers(depth, numbers, others, strength)
            elif kind == REDUCED:
                multiply_reduced(depth, exponent, factors, offset, numbers, others, strength)
            else:
                multiply_equal(exponent, factors, numbers, others, strength)
            add_up(n % 3, strength, weight, totals)
        found = count_events(n % 3, totals, watched)
    return n, found


@borrowing
def skip_pairs(n: int, stop: int, totals: Array) -> int:
    """n after whole pairs of updates that only repeat themselves; totals (3, L)."""
    later = n + (stop - n) // 2 * 2
    put(totals[n % 3], totals[later % 3])
    return later


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
    """All rows, in groups of ``order`` (n,), which should put rows of like length side by side;
    each group from update 0 to the end of its longest row, from one event of a lane to the next.

    ``numbers`` (n, P, M) start, overwritten by the end state; ``offset`` (n, P) c; step,
    failed_at (n,): the update that left the finite numbers, untouched where none did; bundles as
    in ``mode``. Where all lanes repeat themselves until their next event, whole pairs of updates
    are left out.
    """
    _, n_pathways, size = numbers.shape
    most = LANES if n_pathways * size <= FEW_NUMBERS else OF_MANY_NUMBERS
    groups = max(1, -(-len(order) // most))
    lanes = -(-len(order) // groups)
    if lanes > FEW:  # whole vectors of eight
        lanes = -(-lanes // 8) * 8
    group = new_group(lanes, n_pathways, size, tasks.windows.shape[1])
    for first in range(0, len(order), max(lanes, 1)):
        factors = fill(order, first, kind == REDUCED, numbers, offset, step, tasks, group)
        cut = any_cut(group.windows, group.end)
        # Of literals Numba would compile the updates twice.
        n, stop, next_edge, past_at = int(np.int64(-1)), int(np.int64(0)), 0, -1
        due = 0 if tasks.record_at.shape[1] > 0 else NEVER
        while next_edge != NEVER:
            while n < stop:
                n, found = update_until(
                    kind,
                    n,
                    stop,
                    factors,
                    group.depth,
                    group.exponent,
                    group.offset,
                    group.weight,
                    group.target,
                    group.watched,
                    group.rate,
                    group.live,
                    group.numbers,
                    group.others,
                    group.strength,
                    group.totals,
                    group.residual,
                    group.residual_sum,
                )
                if found > 0:
                    note_events(n, group, outs, failed_at)
            if n >= due:
                due = write_records(n, tasks.record_at, group, outs.records)
            if n >= next_edge:
                close_phases(
                    n,
                    group.edge,
                    group.rate,
                    group.residual_sum,
                    group.exposure,
                    group.totals,
                    group.past,
                    group.live,
                )
                next_edge = next_edges(n, group.windows, group.end, group.edge, group.live)
                set_rates(n, group.step, group.weight, group.windows, group.edge, group.rate)
                if cut:
                    cut_updates(kind, n, factors, group, tasks.record_at, outs, failed_at)
            if n % SETTLING == SETTLING - 2:
                past_at = n
                keep(group.numbers, group.past)
            elif n % SETTLING == 0 and past_at == n - 2:
                settle(n, group)
            stop = min(due, next_edge)
            if any_above(0.0, group.live):
                look = n - n % SETTLING + SETTLING
                stop = min(stop, look if n >= look - 2 else look - 2)
            else:
                n = skip_pairs(n, stop, group.totals)
        write_back(group, numbers, outs)
