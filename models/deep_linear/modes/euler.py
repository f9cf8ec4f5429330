"""Gradient descent on one mode, update by update: one number a pathway, or one a layer.

Time counts in updates here. Pathways are summed in one fixed order with identical operations, so
equal pathways stay equal to the last bit: at depth 3 and more the symmetric state is an unstable
ridge.

Derived from gradient descent of aligned layers (after arXiv:1312.6120, arXiv:2308.12221).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.deep_linear.coordinate import other_layers
from toysim.models.deep_linear.mode import ModeTask, Trajectory, task_of_row, trajectory_of_row
from toysim.models.deep_linear.phases import open_pathways, phase_edges
from toysim.models.deep_linear.updates import note_half
from toysim.numerics.powers import integer_power

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@kernel
def effective_sum(strength: Array, lesioned: Mask) -> float:
    """Sum over the pathways that are not lesioned, in their order; strength, lesioned (P,)."""
    total = 0.0
    for j in range(len(strength)):
        if not lesioned[j]:
            total += strength[j]
    return total


@kernel
def begin(task: ModeTask, out: Trajectory) -> float:
    """Set exposure and half time at update 0, given the strengths; returns their effective sum."""
    out.exposure[:] = 0.0
    total = effective_sum(out.strength, task.lesioned)
    out.half[0] = 0.0 if total >= 0.5 * task.target else math.nan
    return total


@kernel
def record(record_at: Array, next_record: int, n: int, before: Array, out: Trajectory) -> int:
    """Write the records up to update n, linear between n - 1 (``before``, (P,)) and n; index of the
    next record. ``record_at`` (R,) in updates.
    """
    while next_record < len(record_at) and record_at[next_record] <= n:
        weight = min(max(record_at[next_record] - (n - 1), 0.0), 1.0)
        for j in range(len(before)):
            # In this form a record at n is the state at n to the last bit.
            out.records[j, next_record] = (1.0 - weight) * before[j] + weight * out.strength[j]
        next_record += 1
    return next_record


@kernel
def descend_pathways(
    p: Array, c: Array, signed: bool, step: float, task: ModeTask, out: Trajectory
) -> int:
    """One row, one number p a pathway; updates of all open pathways at once

        p <- p + step * f(p) * (S - sum_q K_q),   K = p f(p),   f = (p^2 + c)^((D-1)/2)  or  p^(D-1)

    The second f (``signed``) is gradient descent with equal layers, exactly; the first is the
    reduced map of arXiv:2308.12221, equal to it where c = 0 and p > 0 and within O(step) of
    gradient descent where c > 0. An update that changes nothing to the last bit ends the phase: the
    state repeats until the next edge. (10^6 updates of 2 pathways at depth 2 to 4 take 16 to 20 ms
    without that, 0.5 to 40 ms with it.)

    ``p`` (P,) first layers, overwritten by the end state; ``c`` (P,) squared offsets; bundles as in
    ``mode``. Returns -1 if all is finite, else the update that left the finite numbers.
    """
    n_pathways, depth, target = len(p), task.depth, task.target
    others, before = np.empty(n_pathways), np.empty(n_pathways)
    is_open = np.empty(n_pathways, np.bool_)
    for j in range(n_pathways):
        others[j] = integer_power(p[j], depth - 1) if signed else other_layers(p[j], c[j], depth)
        out.strength[j] = p[j] * others[j]
    total = begin(task, out)
    next_record = record(task.record_at, 0, 0, out.strength, out)
    edges = phase_edges(task.windows, task.end)
    for e in range(len(edges) - 1):
        n, stop = int(edges[e]), int(edges[e + 1])
        open_pathways(task.windows, task.lesioned, edges[e], is_open)
        residual_sum, total_before = 0.0, math.nan
        while n < stop:
            residual = target - total
            residual_sum += residual
            if next_record < len(task.record_at):
                before[:] = out.strength
            changed = False
            earlier, total_before, total = total_before, total, 0.0
            for j in range(n_pathways):
                if is_open[j]:
                    new = p[j] + step * (others[j] * residual)
                    if new != p[j]:
                        changed = True
                        p[j] = new
                        others[j] = (
                            integer_power(new, depth - 1)
                            if signed
                            else other_layers(new, c[j], depth)
                        )
                        out.strength[j] = new * others[j]
                if not task.lesioned[j]:
                    total += out.strength[j]
            n += 1
            if not math.isfinite(total):
                return n
            note_half(n, earlier, total_before, total, target, out.half)
            next_record = record(task.record_at, next_record, n, before, out)
            if not changed:
                residual_sum += residual * (stop - n)
                n = stop
                next_record = record(task.record_at, next_record, n, out.strength, out)
        for j in range(n_pathways):
            if is_open[j]:
                out.exposure[j] += residual_sum
    return -1


@kernel
def layer_products(a: Array, right: Array) -> float:
    """Product of the layers ``a`` (D,); ``right[l]`` (D,) becomes that of the layers after l."""
    product = 1.0
    for k in range(len(a) - 1, -1, -1):
        right[k] = product
        product *= a[k]
    return product


@kernel
def update_layers(a: Array, right: Array, step: float, residual: float) -> bool:
    """One update of a pathway's layers ``a`` (D,), ``right`` scratch; tells whether any changed."""
    layer_products(a, right)
    left = 1.0
    changed = False
    for k in range(len(a)):
        old = a[k]
        a[k] = old + step * (left * right[k] * residual)
        left *= old
        changed |= a[k] != old
    return changed


@kernel
def descend_layers(a: Array, step: float, task: ModeTask, out: Trajectory) -> int:
    """One row, one number a layer; exact gradient descent of aligned layers, all of them at once

        a_pl <- a_pl + step * prod_(m != l) a_pm * (S - sum_q K_q),   K_p = prod_l a_pl

    ``a`` (P, D) is overwritten by the end state; the rest, and what is returned, as in
    ``descend_pathways``. Derived.
    """
    n_pathways, depth = a.shape
    right, before = np.empty(depth), np.empty(n_pathways)
    is_open = np.empty(n_pathways, np.bool_)
    for j in range(n_pathways):
        out.strength[j] = layer_products(a[j], right)
    total = begin(task, out)
    next_record = record(task.record_at, 0, 0, out.strength, out)
    edges = phase_edges(task.windows, task.end)
    for e in range(len(edges) - 1):
        n, stop = int(edges[e]), int(edges[e + 1])
        open_pathways(task.windows, task.lesioned, edges[e], is_open)
        residual_sum, total_before = 0.0, math.nan
        while n < stop:
            residual = task.target - total
            residual_sum += residual
            before[:] = out.strength
            changed = False
            for j in range(n_pathways):
                if is_open[j]:
                    changed |= update_layers(a[j], right, step, residual)
                    out.strength[j] = layer_products(a[j], right)
            earlier, total_before = total_before, total
            total = effective_sum(out.strength, task.lesioned)
            n += 1
            if not math.isfinite(total):
                return n
            note_half(n, earlier, total_before, total, task.target, out.half)
            next_record = record(task.record_at, next_record, n, before, out)
            if not changed:
                residual_sum += residual * (stop - n)
                n = stop
                next_record = record(task.record_at, next_record, n, out.strength, out)
        for j in range(n_pathways):
            if is_open[j]:
                out.exposure[j] += residual_sum
    return -1


@kernel
def descend_pathways_rows(
    p: Array,
    c: Array,
    signed: bool,
    step: Array,
    tasks: ModeTask,
    outs: Trajectory,
    failed_at: Ints,
) -> None:
    """``descend_pathways`` for every row: p, c (n, P), step, failed_at (n,)."""
    for i in range(len(p)):
        task, out = task_of_row(tasks, i), trajectory_of_row(outs, i)
        failed_at[i] = descend_pathways(p[i], c[i], signed, step[i], task, out)


@kernel
def descend_layers_rows(
    a: Array, step: Array, tasks: ModeTask, outs: Trajectory, failed_at: Ints
) -> None:
    """``descend_layers`` for every row: a (n, P, D) up to the row's depth, step, failed_at (n,)."""
    for i in range(len(a)):
        layers = a[i, :, : tasks.depth[i]].copy()
        failed_at[i] = descend_layers(
            layers, step[i], task_of_row(tasks, i), trajectory_of_row(outs, i)
        )
        a[i, :, : tasks.depth[i]] = layers
