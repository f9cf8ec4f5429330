"""What a model says at the points of a measured curve: its theory, or its simulation's mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.measuring.curves import Array, Curve
from toysim.model import Rows, Side
from toysim.observables import RECORD
from toysim.outcomes import Status
from toysim.plan import build_sweep
from toysim.runner.work import compute, one_blas_thread

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Said:
    """What a side says at a curve's points: values, standard errors over replicas (0 of theory),
    and whether they hold.
    """

    values: Array
    errors: Array
    valid: npt.NDArray[np.bool_]


def says(
    curve: Curve,
    fixed: Mapping[str, Any],
    side: Side = "theory",
    replicas: int = 1,
    seed: int = 0,
) -> Said:
    """Theory, or the simulation's mean, at the points of a curve and the parameters ``fixed``.

    Every point has the same random streams, so that what is fitted to is smooth. Raises ToysimError
    where a parameter is out of range or a time lies outside the run.
    """
    said = Said(np.full(len(curve), np.nan), np.zeros(len(curve)), np.zeros(len(curve), bool))
    n = replicas if side == "simulation" else 1
    for members in _alike(curve):
        batch, cell, at = _asked(curve, members, fixed, n, seed)
        with one_blas_thread():
            outcome = compute(curve.model, side, batch, next(batch.rows()).p)
        if outcome.errors:
            message = f"{curve.model.id} failed: {outcome.errors[0]['message']}"
            raise ToysimError(message) from outcome.cause
        drawn = outcome.rows[curve.observable.name].astype(float)
        by_cell = np.moveaxis(drawn.reshape(-1, n, *drawn.shape[1:]), 1, -1)
        drawn = by_cell[(cell, *at)]  # (point, replica)
        ended = _ended_well(outcome.rows, side).reshape(-1, n).all(axis=1)
        said.valid[members] = np.asarray(ended)[cell] & np.isfinite(drawn).all(axis=1)
        said.values[members] = drawn.mean(axis=1)
        if n > 1:
            said.errors[members] = drawn.std(axis=1, ddof=1) / np.sqrt(n)
    return said


def _ended_well(rows: Rows, side: Side) -> npt.NDArray[np.bool_]:
    return np.asarray(rows["valid"] if side == "theory" else rows["status"] == Status.OK)


def _alike(curve: Curve) -> Iterator[Places]:
    """Points that one batch answers: all of them, or of a time course those of one cell."""
    names = curve.parameters
    if RECORD not in curve.observable.dims or not names:
        yield np.arange(len(curve))
        return
    yield from curve.points.groupby(names, sort=False).indices.values()


def _asked(
    curve: Curve, members: Places, fixed: Mapping[str, Any], replicas: int, seed: int
) -> tuple[Batch, Places, tuple[Places, ...]]:
    """Rows, a cell for each distinct set of parameters; of each point the cell, and its place in
    the observable.
    """
    here, names = curve.points.iloc[members], curve.parameters
    cells = here[names].drop_duplicates() if names else here.iloc[:1]
    first = {**fixed, **cells[names].iloc[0].to_dict()}
    times = _times(curve, here)
    if times is not None and curve.model.clock and curve.model.clock.spacing != "every":
        first["n_records"] = len(np.unique(times))
    one = build_sweep(curve.model.id, curve.model, first, {}, seed=seed, common_random_numbers=True)
    for values in cells[names].to_dict("records"):
        curve.model.validate({**first, **values})
    columns = {n: np.asarray(cells[n], curve.model.parameters[n].dtype) for n in names}
    given = curve.model, columns, one.fixed, np.arange(replicas), len(cells), seed
    batch = Batch.of_cells(*given, common_random_numbers=True)
    batch = batch if times is None else _recorded(batch, np.unique(times))
    cell = (
        here.groupby(names, sort=False).ngroup().to_numpy() if names else np.zeros(len(here), int)
    )
    return batch, cell, tuple(_place(batch, here, times, d) for d in curve.observable.dims)


def _place(batch: Batch, here: pd.DataFrame, times: Array | None, dim: str) -> Places:
    """Where along a dimension the points are."""
    if dim == RECORD:
        assert times is not None
        return np.searchsorted(batch.record_at[0], times)
    return np.asarray(here[dim].to_numpy(np.int64))


def _times(curve: Curve, here: pd.DataFrame) -> Array | None:
    clock = curve.model.clock
    if clock is None or RECORD not in curve.observable.dims:
        return None
    return np.asarray(here[clock.name].to_numpy(float))


def _recorded(batch: Batch, times: Array) -> Batch:
    """The rows recorded at times of a measurement; one line where a run has no such time."""
    clock = batch.model.clock
    assert clock is not None
    end = float(np.min(clock.end(batch)))
    if times[0] < 0 or times[-1] > end:
        worst = times[0] if times[0] < 0 else times[-1]
        raise ToysimError(
            f"data: {clock.name} = {worst:g} is outside the run, 0 to {end:g}; make the run longer"
        )
    if clock.whole and (times != np.round(times)).any():
        raise ToysimError(f"data: {clock.name} counts {clock.unit}; give whole numbers")
    if clock.spacing == "every":
        return batch
    at = times.astype(np.int64) if clock.whole else times
    return batch.recorded_at(np.tile(at, (len(batch), 1)))
