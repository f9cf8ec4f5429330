"""Gradient flow on one mode: all layers of all pathways, integrated with error control from edge to
edge.

Derived: the limit of gradient descent on aligned layers at step 0 (after arXiv:1312.6120).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.mode import ModeTask, Trajectory, task_of_row, trajectory_of_row
from toysim.models.deep_linear.phases import open_pathways, phase_edges
from toysim.numerics.copies import put
from toysim.numerics.ode import STAGES, TABLEAU, error_norm, first_step, next_step, stage_state

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Local error a step, for strengths within 1e-9: an error on a plateau is one in the time it takes,
# so it counts by how many times longer than the rise that is. Rounding is the floor.
RTOL, LONG, FLOOR = 1e-13, 1e3, 4e-16
ATOL = (
    1e-300  # all relative: layers start as small as 1e-15, and those that cross 0 do so in one step
)
# |Omega| only falls within a phase, so below this share of S no strength can change by more than
# that share.
SETTLED = 1e-13


class State(NamedTuple):
    """State and scratch of one integration; y holds the layers, pathway after pathway.

    y, y_new (P*D + 1,), the last entry the exposure int Omega dt of the phase; lost (P*D + 1,):
    what rounding took from y; slopes (STAGES, P*D + 1); right (D,), strength (P,), is_open (P,).
    """

    y: Any
    y_new: Any
    lost: Any
    slopes: Any
    right: Any
    strength: Any
    is_open: Any


@kernel
def new_state(n_pathways: int, depth: int) -> State:
    """Empty arrays of the right sizes."""
    m = n_pathways * depth + 1
    is_open = np.empty(n_pathways, np.bool_)
    return State(
        np.empty(m),
        np.empty(m),
        np.zeros(m),
        np.empty((STAGES, m)),
        np.empty(depth),
        np.empty(n_pathways),
        is_open,
    )


@borrowing
def effective_sum(strength: Array, lesioned: Mask) -> float:
    """Sum over the pathways that are not lesioned, in their order; strength, lesioned (P,)."""
    total = 0.0
    for j in range(len(strength)):
        if not lesioned[j]:
            total += strength[j]
    return total


@borrowing
def begin(task: ModeTask, out: Trajectory) -> float:
    """Set exposure and half time at time 0, given the strengths; returns their effective sum."""
    out.exposure[:] = 0.0
    total = effective_sum(out.strength, task.lesioned)
    out.half[0] = 0.0 if total >= task.goal else math.nan
    return total


@borrowing
def layer_products(a: Array, right: Array) -> float:
    """Product of the layers ``a`` (D,); ``right[l]`` (D,) becomes that of the layers after l."""
    product = 1.0
    for k in range(len(a) - 1, -1, -1):
        right[k] = product
        product *= a[k]
    return product


@borrowing
def take_slope(y: Array, state: State, task: ModeTask, out: Array) -> float:
    """Right side of the flow at y into ``out``; sets state.strength; returns the residual.

    da_pl/dt = g_p prod_(m != l) a_pm Omega,   Omega = S - sum_q K_q,   dE/dt = Omega

    Shapes: y, out (P*D + 1,), the last entry the exposure E.
    """
    depth, right = task.depth, state.right
    for j in range(len(state.strength)):
        state.strength[j] = layer_products(y[j * depth : (j + 1) * depth], right)
    residual = task.target - effective_sum(state.strength, task.lesioned)
    for j in range(len(state.strength)):
        first = j * depth
        if state.is_open[j]:
            layer_products(y[first : first + depth], right)
            left = residual
            for k in range(depth):
                out[first + k] = left * right[k]
                left *= y[first + k]
        else:
            out[first : first + depth] = 0.0
    out[-1] = residual
    return float(residual)


@borrowing
def take_step(h: float, state: State, task: ModeTask) -> float:
    """A step of size h from y, given slopes[0]: sets y_new and strengths, returns the residual."""
    residual = 0.0
    for stage in range(1, STAGES):
        stage_state(state.y, state.slopes, stage, h, state.y_new)
        residual = take_slope(state.y_new, state, task, state.slopes[stage])
    return residual


@borrowing
def accept(h: float, state: State) -> None:
    """y <- y_new, with what rounding took from this step and those before (Kahan): on a long
    plateau steps are many, and their roundings add up to the time it takes.
    """
    y, y_new, lost = state.y, state.y_new, state.lost
    for i in range(len(y)):
        increment = 0.0
        for j in range(STAGES - 1):
            increment += TABLEAU[STAGES - 1, j] * state.slopes[j, i]
        left = lost[i] + (h * increment - (y_new[i] - y[i]))
        y[i] = y_new[i] + left
        lost[i] = left - (y[i] - y_new[i])


@borrowing
def step_to_half(
    h: float, low_value: float, high_value: float, state: State, task: ModeTask
) -> float:
    """Size in (0, h) of the step after which the strength is the goal: false position (Illinois).

    ``low_value`` > 0 and ``high_value`` <= 0 are goal - strength at 0 and h.
    """
    low, high, size = 0.0, h, h
    side = 0
    for _ in range(60):
        size = low + (high - low) * low_value / (low_value - high_value)
        value = take_step(size, state, task) - (task.target - task.goal)
        if abs(value) <= 4e-16 * task.target or high - low <= 4e-16 * h:
            break
        if value > 0.0:
            low, low_value = size, value
            high_value *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            high, high_value = size, value
            low_value *= 0.5 if side == -1 else 1.0
            side = -1
    return size


@borrowing
def events(
    t: float,
    h: float,
    t_new: float,
    before: float,
    after: float,
    next_record: int,
    state: State,
    task: ModeTask,
    out: Trajectory,
) -> int:
    """Half time and records inside the accepted step t -> t_new = t + h, by steps that end there.

    ``before`` and ``after`` are the residuals at its ends. Overwrites y_new and all slopes but the
    first; returns the next record's index.
    """
    middle = task.target - task.goal
    if math.isnan(out.half[0]) and before > middle >= after:
        out.half[0] = t + step_to_half(h, before - middle, after - middle, state, task)
    while next_record < len(task.record_at) and task.record_at[next_record] <= t_new:
        take_step(task.record_at[next_record] - t, state, task)
        put(state.strength, out.records[:, next_record])
        next_record += 1
    return next_record


@borrowing
def local_tolerance(state: State, task: ModeTask) -> float:
    """RTOL, or less where the plateau ahead is longer than LONG times the rise after it.

    Their times (derived):  min |a / a'| at the start,  1 / (D S^(2 - 2/D))
    """
    plateau = math.inf
    for i in range(len(state.y) - 1):
        if state.slopes[0, i] != 0.0 and state.y[i] != 0.0:
            plateau = min(plateau, abs(state.y[i] / state.slopes[0, i]))
    longer = plateau * task.depth * math.pow(task.target, 2.0 - 2.0 / task.depth)
    return RTOL if not longer > LONG else max(FLOOR, RTOL * LONG / longer)


@borrowing
def flow_phase(
    t: float,
    stop: float,
    next_record: int,
    state: State,
    task: ModeTask,
    out: Trajectory,
    budget: Ints,
) -> int:
    """Integrate one phase, from t to ``stop``; returns the next record's index.

    ``budget`` (2,): the first is lowered by the evaluations spent, the second becomes 1 or 2 on
    failure.
    """
    m = len(state.y) - 1
    state.y[m], state.lost[m] = 0.0, 0.0
    residual = take_slope(state.y, state, task, state.slopes[0])
    h = first_step(state.y[:m], state.slopes[0, :m])
    rtol, t_lost = local_tolerance(state, task), 0.0
    while t < stop and abs(residual) > SETTLED * task.target:
        if budget[0] <= 0:
            budget[1] = 2
            return next_record
        last = h >= stop - t - t_lost
        h = stop - t - t_lost if last else h
        after = take_step(h, state, task)
        budget[0] -= STAGES - 1
        error = error_norm(state.y[:m], state.y_new[:m], state.slopes[:, :m], h, rtol, ATOL)
        if error > 1.0:
            h = next_step(h, error)
            if t + h == t:
                budget[1] = 1
                return next_record
            continue
        t_new = stop if last else t + (h + t_lost)
        record_due = next_record < len(task.record_at) and task.record_at[next_record] <= t_new
        if record_due or (math.isnan(out.half[0]) and after <= task.target - task.goal):
            next_record = events(t, h, t_new, residual, after, next_record, state, task, out)
            take_step(h, state, task)
        accept(h, state)
        put(state.slopes[STAGES - 1], state.slopes[0])
        t_lost += h - (t_new - t)
        residual, t, h = after, t_new, next_step(h, error)
    return next_record


@kernel
def flow(layers: Array, budget: Ints, task: ModeTask, out: Trajectory) -> None:
    """One row from time 0 to the end, restarted at every edge: no deficit falls inside a step.

    ``layers`` (P, D) start, overwritten by the end state; ``budget`` (2,) evaluations left, and the
    status: 0 fine, 1 not finite, 2 budget spent. Bundles as in ``mode``, in flow time.
    """
    n_pathways, depth = layers.shape
    state = new_state(n_pathways, depth)
    state.y[:-1] = layers.copy().reshape(-1)
    state.is_open[:] = False
    take_slope(state.y, state, task, state.slopes[0])
    out.strength[:] = state.strength
    begin(task, out)
    next_record = int(np.int64(0))  # for a literal Numba would compile a phase twice
    edges = phase_edges(task.windows, task.end)
    for e in range(len(edges) - 1):
        if edges[e] == edges[e + 1]:
            continue
        if open_pathways(task.windows, task.lesioned, edges[e], state.is_open) > 0:
            next_record = flow_phase(edges[e], edges[e + 1], next_record, state, task, out, budget)
            if budget[1] != 0:
                return
            take_slope(state.y, state, task, state.slopes[0])
            out.strength[:] = state.strength
            for j in range(n_pathways):
                if state.is_open[j]:
                    out.exposure[j] += state.y[-1]
        while next_record < len(task.record_at) and task.record_at[next_record] <= edges[e + 1]:
            out.records[:, next_record] = out.strength  # nothing moves in the rest of this phase
            next_record += 1
    layers[:] = state.y[:-1].copy().reshape(n_pathways, depth)


@kernel
def flow_rows(a: Array, budget: Ints, tasks: ModeTask, outs: Trajectory) -> None:
    """``flow`` for every row: a (n, P, D) used up to the row's depth, budget (n, 2)."""
    for i in range(len(a)):
        layers = a[i, :, : tasks.depth[i]].copy()
        flow(layers, budget[i], task_of_row(tasks, i), trajectory_of_row(outs, i))
        a[i, :, : tasks.depth[i]] = layers
