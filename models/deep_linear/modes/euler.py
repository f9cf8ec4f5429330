"""Gradient descent on one mode, update by update: one number a pathway, or one a layer.

Time counts in updates here. Pathways are summed in one fixed order with identical operations, so
equal pathways stay equal to the last bit: at depth 3 and more the symmetric state is an unstable
ridge. Rows run side by side, in lanes.

Derived from gradient descent of aligned layers (after arXiv:1312.6120, arXiv:2308.12221).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel
from toysim.models.deep_linear.mode import ModeTask, Trajectory
from toysim.models.deep_linear.modes.events import (
    close_phases,
    next_edges,
    note_events,
    set_rates,
    settle,
    write_records,
)
from toysim.models.deep_linear.modes.lanes import LANES, NEVER, Group, group_of, write_back

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EQUAL, REDUCED, LAYERS = 0, 1, 2  # what the numbers of a pathway are, see ``multiply``
FACTORS = 4  # of a power in one lane loop
SETTLING = 64  # updates between two looks for lanes that repeat themselves


@inlined
def take_residual(
    now: int, target: Array, totals: Array, live: Array, residual: Array, residual_sum: Array
) -> None:
    """Omega = S - sum of K, and its sum over the updates of the phase."""
    for lane in range(len(residual)):
        residual[lane] = target[lane] - totals[now, lane]
        residual_sum[lane] += live[lane] * residual[lane]


@inlined
def move(rate: Array, residual: Array, others: Array, numbers: Array) -> None:
    """a_pl <- a_pl + step * prod_(m != l) a_pm * Omega, all of them at once."""
    for j in range(numbers.shape[0]):
        for k in range(numbers.shape[1]):
            for lane in range(numbers.shape[2]):
                change = rate[j, lane] * (others[j, k, lane] * residual[lane])
                numbers[j, k, lane] += change if rate[j, lane] > 0.0 else 0.0


@inlined
def multiply_equal(
    exponent: Ints, factors: int, numbers: Array, others: Array, strength: Array
) -> None:
    """f = p^(D-1) and K = p f;  ``exponent`` is D - 1, ``factors`` the largest of them."""
    for j in range(numbers.shape[0]):
        for lane in range(numbers.shape[2]):
            product = 1.0
            for m in range(FACTORS):
                product *= numbers[j, 0, lane] if m < exponent[lane] else 1.0
            others[j, 0, lane] = product
        for m in range(FACTORS, factors):
            for lane in range(numbers.shape[2]):
                others[j, 0, lane] *= numbers[j, 0, lane] if m < exponent[lane] else 1.0
        for lane in range(numbers.shape[2]):
            strength[j, lane] = numbers[j, 0, lane] * others[j, 0, lane]


@inlined
def multiply_reduced(
    depth: Ints,
    exponent: Ints,
    factors: int,
    c: Array,
    numbers: Array,
    others: Array,
    strength: Array,
) -> None:
    """f = (p^2 + c)^((D-1)/2) and K = p f;  ``exponent`` is the whole part of (D - 1)/2."""
    for j in range(numbers.shape[0]):
        for lane in range(numbers.shape[2]):
            p = numbers[j, 0, lane]
            w, product = p * p + c[j, lane], 1.0
            for m in range(FACTORS):
                product *= w if m < exponent[lane] else 1.0
            others[j, 0, lane], strength[j, lane] = product, w
        for m in range(FACTORS, factors):
            for lane in range(numbers.shape[2]):
                others[j, 0, lane] *= strength[j, lane] if m < exponent[lane] else 1.0
        for lane in range(numbers.shape[2]):
            others[j, 0, lane] *= math.sqrt(strength[j, lane]) if depth[lane] % 2 == 0 else 1.0
            strength[j, lane] = numbers[j, 0, lane] * others[j, 0, lane]


@inlined
def multiply_layers(depth: Ints, numbers: Array, others: Array, strength: Array) -> None:
    """prod_(m != l) a_m, the product before times that after, and K = prod_m a_m."""
    for j in range(numbers.shape[0]):
        strength[j, :] = 1.0
        for k in range(numbers.shape[1]):
            for lane in range(numbers.shape[2]):
                others[j, k, lane] = strength[j, lane] if k < depth[lane] else 0.0
                strength[j, lane] *= numbers[j, k, lane]
        strength[j, :] = 1.0
        for k in range(numbers.shape[1] - 1, -1, -1):
            for lane in range(numbers.shape[2]):
                others[j, k, lane] *= strength[j, lane]
                strength[j, lane] *= numbers[j, k, lane]


@inlined
def add_up(now: int, strength: Array, weight: Array, watched: Array, totals: Array) -> int:
    """Sum of the pathways that are not lesioned, in their order, into ``totals[now]``; in how many
    lanes it has reached ``watched`` or is not finite.
    """
    events = 0
    for lane in range(len(watched)):
        totals[now, lane] = 0.0
    for j in range(strength.shape[0]):
        for lane in range(len(watched)):
            totals[now, lane] += strength[j, lane] if weight[j, lane] > 0.0 else 0.0
    for lane in range(len(watched)):
        events += not -math.inf < totals[now, lane] < watched[lane]
    return events


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
    n, next_edge, past_at = -1, 0, -1
    due = 0 if record_at.shape[1] > 0 else NEVER
    stop = 0
    while next_edge != NEVER:
        while n < stop:
            if n >= 0:
                take_residual(n % 3, target, totals, live, residual, residual_sum)
                move(rate, residual, others, numbers)
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
        if n % SETTLING == SETTLING - 2:
            past[:], past_at = numbers, n
        elif n % SETTLING == 0 and past_at == n - 2:
            settle(n, group)
        stop = min(due, next_edge)
        if np.any(live > 0.0):
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
