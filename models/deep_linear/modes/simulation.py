"""One mode simulated: the rows of a batch through the compiled loop of their integrator, then
measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, inlined
from toysim.models.deep_linear.mode import ModeTask, unwritten
from toysim.models.deep_linear.modes.euler import descend_rows
from toysim.models.deep_linear.modes.flow import flow_rows
from toysim.models.deep_linear.modes.measures import Run, measure
from toysim.models.deep_linear.modes.problem import Start, start_of, task_in_time
from toysim.models.deep_linear.modes.update import EQUAL, LAYERS, REDUCED
from toysim.models.deep_linear.updates import in_updates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 16  # rows that do not fill the lanes
FLOW = -1  # beside the kinds of descent, see ``update``


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, a compiled call for each integrator and kind of start."""
    start = start_of(batch)
    kind = _kinds(batch, start)
    if (kind == kind[0]).all():
        return _simulate_kind(int(kind[0]), batch, start)
    kinds = np.unique(kind)
    parts = [np.flatnonzero(kind == k) for k in kinds]
    results = [
        _simulate_kind(int(k), batch.take(rows), start.take(rows))
        for k, rows in zip(kinds, parts, strict=True)
    ]
    order = np.argsort(np.concatenate(parts))
    return {name: np.concatenate([r[name] for r in results])[order] for name in results[0]}


def _kinds(batch: Batch, start: Start) -> Ints:
    """Loop of every row: flow, reduced (the paper's map), equal (one number suffices) or layers."""
    equal = batch["layer_offset"] == 0.0
    if start.layers.size:  # of which -p, p, ..., p are of one size and not equal
        equal = np.all((start.offset == 0.0) & (start.first >= 0.0), axis=1)
    kind = np.where(equal | (batch["depth"] == 1), EQUAL, LAYERS)
    kind[batch.chosen("integrator", "flow")] = FLOW
    kind[batch.chosen("integrator", "reduced_euler")] = REDUCED
    return kind


def _simulate_kind(kind: int, batch: Batch, start: Start) -> Rows:
    run = _flow(batch, start) if kind == FLOW else _descend(kind, batch, start)
    return measure(batch, start, run)


def _task_in_updates(batch: Batch, start: Start) -> ModeTask:
    """Targets, deficits and records in updates."""
    step, end, windows = batch["step"], np.empty(len(batch)), np.empty(start.windows.shape)
    count_updates(batch["duration"], start.windows, step, end, windows)
    target = batch["singular_value"]
    record_at = batch.record_at
    if record_at.size:
        record_at = in_updates(record_at, step[:, None], end[:, None])
    return ModeTask(
        batch["depth"], target, batch["level"] * target, end, windows, start.lesioned, record_at
    )


@borrowing
def count_updates(duration: Array, given: Array, step: Array, end: Array, windows: Array) -> None:
    """Ends (n,) and windows (n, W, 3), cut to the run, in updates; one of no length cuts none."""
    for i in range(len(end)):
        end[i] = whole_where_rounded(duration[i] / step[i])
        for w in range(windows.shape[1]):
            start = whole_where_rounded(min(given[i, w, 1], duration[i]) / step[i])
            stop = whole_where_rounded(min(given[i, w, 2], duration[i]) / step[i])
            windows[i, w, 0] = given[i, w, 0]
            windows[i, w, 1] = start if start != stop else np.rint(start)
            windows[i, w, 2] = stop if start != stop else np.rint(stop)


@inlined
def whole_where_rounded(at: float) -> float:
    """Updates, whole where rounding alone makes them differ from it."""
    whole = np.rint(at)
    return whole if abs(at - whole) <= 1e-9 + 1e-15 * whole else at


def _descend(kind: int, batch: Batch, start: Start) -> Run:
    """Gradient descent, rows of like length and depth side by side."""
    tasks, depth, step = _task_in_updates(batch, start), batch["depth"], batch["step"]
    out, failed_at = unwritten(tasks), np.full(len(batch), -1)
    numbers = start.all_layers(depth) if kind == LAYERS else start.first[:, :, None].copy()
    for rows in _side_by_side(tasks.end, depth):
        descend_rows(kind, rows, numbers, start.offset, step, tasks, out, failed_at)
    n = len(batch)
    if kind == LAYERS:
        return Run(numbers[:, :, 0].copy(), numbers, out, step, failed_at)
    return Run(numbers.reshape(n, -1), np.empty((n, 0, 0)), out, step, failed_at)


def _side_by_side(end: Array, depth: Ints) -> list[Ints]:
    """Rows by their end, then by depth; few of them each depth by itself: lanes that have settled,
    which shallow ones do a hundred times as soon, cost as much as those that have not.
    """
    if (end == end[0]).all() and (depth == depth[0]).all():
        return [np.arange(len(end))]
    order = np.lexsort((depth, end))
    if len(order) > FEW:
        return [order]
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)


def _flow(batch: Batch, start: Start) -> Run:
    tasks, layers = task_in_time(batch, start), start.all_layers(batch["depth"])
    out, allowed = unwritten(tasks), batch["max_evaluations"]
    budget = np.stack([allowed, np.zeros_like(allowed)], axis=1)
    flow_rows(layers, budget, tasks, out)
    status = budget[:, 1]
    failed_at = np.where(status > 0, allowed - budget[:, 0], -1)
    return Run(layers[:, :, 0].copy(), layers, out, np.ones(len(batch)), failed_at, status)
