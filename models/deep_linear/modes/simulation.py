"""One mode simulated: the rows of a batch through the compiled loop of their integrator, then
measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.modes.euler import descend_layers_rows, descend_pathways_rows
from toysim.models.deep_linear.modes.flow import flow_rows
from toysim.models.deep_linear.modes.measures import Run, measure
from toysim.models.deep_linear.modes.rows import Course, Outcome
from toysim.models.deep_linear.modes.start import Start, in_updates, layers_of, start_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one integrator and kind of start go through one
    compiled call.
    """
    start = start_of(batch)
    kinds, kind = np.unique(_kinds(batch, start), return_inverse=True)
    if len(kinds) == 1:
        return _simulate_kind(str(kinds[0]), batch, start)
    parts = [np.flatnonzero(kind == k) for k in range(len(kinds))]
    results = [
        _simulate_kind(str(name), batch.take(rows), start.take(rows))
        for name, rows in zip(kinds, parts, strict=True)
    ]
    order = np.argsort(np.concatenate(parts))
    return {name: np.concatenate([r[name] for r in results])[order] for name in results[0]}


def _kinds(batch: Batch, start: Start) -> npt.NDArray[np.str_]:
    """Loop of every row: flow, reduced (the paper's map), equal (one number suffices) or layers."""
    # Given layers -p, p, ..., p are of one size and not equal.
    equal = np.all(
        (start.offset == 0.0) & ((start.first >= 0.0) | (start.layers.size == 0)), axis=1
    )
    equal |= batch["depth"] == 1
    descent = np.where(equal, "equal", "layers")
    integrator = batch["integrator"]
    return np.where(
        integrator == "flow", "flow", np.where(integrator == "reduced_euler", "reduced", descent)
    )


def _simulate_kind(kind: str, batch: Batch, start: Start) -> Rows:
    if kind == "flow":
        run = _flow(batch, start)
    elif kind == "layers":
        run = _descend_layers(batch, start)
    else:
        run = _descend_pathways(batch, start, signed=kind == "equal")
    return measure(batch, start, run)


def course_in_time(batch: Batch, start: Start) -> Course:
    """Tasks and deficits of all rows in flow time."""
    return Course(
        batch["depth"],
        batch["singular_value"],
        batch["duration"],
        start.windows,
        start.lesioned,
        start.times,
    )


def _course_in_updates(batch: Batch, start: Start) -> Course:
    """Tasks and deficits of all rows in updates; edges and the end at the nearest update, records
    exact.
    """
    step = batch["step"]
    end = np.rint(batch["duration"] / step)
    windows = start.windows.copy()
    windows[:, :, 1:] = np.rint(windows[:, :, 1:] / step[:, None, None])
    record_at = in_updates(start.times, step[:, None], end[:, None])
    return Course(batch["depth"], batch["singular_value"], end, windows, start.lesioned, record_at)


def empty_outcome(start: Start) -> Outcome:
    """NaN for every row."""
    n, n_pathways = start.first.shape
    records = np.full((n, n_pathways, start.times.shape[1]), np.nan)
    exposure = np.full((n, n_pathways), np.nan)
    return Outcome(np.full((n, n_pathways), np.nan), records, exposure, np.full((n, 1), np.nan))


def _descend_pathways(batch: Batch, start: Start, signed: bool) -> Run:
    out, p, failed_at = empty_outcome(start), start.first.copy(), np.empty(len(batch), np.int64)
    descend_pathways_rows(
        p, start.offset, signed, batch["step"], _course_in_updates(batch, start), out, failed_at
    )
    with np.errstate(over="ignore"):
        layers = layers_of(p, start.offset, batch["depth"])
    return _descended(batch, out, layers, failed_at)


def _descend_layers(batch: Batch, start: Start) -> Run:
    out, layers, failed_at = (
        empty_outcome(start),
        start.all_layers(batch["depth"]),
        np.empty(len(batch), np.int64),
    )
    descend_layers_rows(layers, batch["step"], _course_in_updates(batch, start), out, failed_at)
    return _descended(batch, out, layers, failed_at)


def _descended(batch: Batch, out: Outcome, layers: Array, failed_at: Ints) -> Run:
    """Back from updates to flow time."""
    out.exposure[:] *= batch["step"][:, None]
    out.half[:] *= batch["step"][:, None]
    return Run(layers, out, (failed_at >= 0).astype(np.int64), failed_at)


def _flow(batch: Batch, start: Start) -> Run:
    out, layers = empty_outcome(start), start.all_layers(batch["depth"])
    allowed = batch["max_evaluations"]
    budget = np.stack([allowed, np.zeros_like(allowed)], axis=1)
    flow_rows(layers, budget, course_in_time(batch, start), out)
    status = budget[:, 1].copy()
    return Run(layers, out, status, np.where(status > 0, allowed - budget[:, 0], -1))
