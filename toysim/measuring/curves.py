"""Measured curves: tables of one's own read as points of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from toysim.errors import ToysimError, suggest
from toysim.model import Model, Observable
from toysim.observables import RECORD

Array = npt.NDArray[np.float64]
ERROR = "_error"  # a column NAME_error has the standard errors of NAME


@dataclass(frozen=True)
class Curve:
    """A measured observable: one value a point.

    ``points``: a column a parameter, the clock's time or an inner dimension; ``errors``: standard
    errors, None where none were given.
    """

    model: Model
    observable: Observable
    points: pd.DataFrame
    values: Array
    errors: Array | None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def parameters(self) -> list[str]:
        """The columns that are parameters of the model."""
        return [n for n in self.points if n in self.model.parameters]


def read_curves(data: Any, model: Model) -> list[Curve]:
    """The curves of a table: a DataFrame, a DataArray or Dataset, or a CSV file.

    A column is a parameter of the model, the time of its clock, a dimension of the observable, an
    observable, or NAME_error, its standard errors. Raises ToysimError on any other column.
    """
    table = _table(data)
    _refuse_unknown(table, model, strict=not isinstance(data, xr.DataArray | xr.Dataset))
    known = [o for o in model.observables if o.name in table]
    if not known:
        names = ", ".join(o.name for o in model.observables)
        raise ToysimError(f"data have no observable of {model.id}: name a column {names}", "data")
    curves = [_curve(table, model, o) for o in known]
    return [curve for curve in curves if len(curve)]


def _table(data: Any) -> pd.DataFrame:
    if isinstance(data, xr.DataArray):
        if data.name is None:
            raise ToysimError("data: a DataArray without a name; name it after an observable")
        return data.to_dataframe().reset_index()
    if isinstance(data, xr.Dataset):
        return data.to_dataframe().reset_index()
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, str | Path):
        return _read_csv(Path(data))
    raise ToysimError(
        f"data: {type(data).__name__}; give a DataFrame, a DataArray, a Dataset or FILE.csv", "data"
    )


def _read_csv(path: Path) -> pd.DataFrame:
    if path.suffix != ".csv":
        raise ToysimError(f"data {path}: the name must end in .csv", "data")
    try:
        return pd.read_csv(path, skipinitialspace=True, comment="#")
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ToysimError(
            f"data {path}: {first}; one line of names, then numbers", "data"
        ) from None


def _refuse_unknown(table: pd.DataFrame, model: Model, strict: bool) -> None:
    """Columns that a model does not know; labelled arrays may bring coordinates of their own."""
    names = [o.name for o in model.observables]
    known = [*model.parameters, *names, *(n + ERROR for n in names), *_inner(model)]
    for column in table.columns if strict else ():
        if column not in known:
            raise ToysimError(f"data: unknown column {column!r}: {suggest(column, known)}", "data")


def _inner(model: Model) -> list[str]:
    """Names of the columns that say where in an observable a value is."""
    clock = [model.clock.name] if model.clock else []
    return [*clock, *(d.name for d in model.dims)]


def _curve(table: pd.DataFrame, model: Model, o: Observable) -> Curve:
    there = table[table[o.name].notna()]
    values, errors = _numbers(there, o.name), None
    if o.name + ERROR in table:
        errors = _numbers(there, o.name + ERROR)
        if not (errors > 0).all():
            raise ToysimError(f"data: {o.name}{ERROR} must be above 0 at every point", "data")
    names = [n for n in (*model.parameters, *_needed(model, o, there)) if n in there]
    return Curve(model, o, there[names].reset_index(drop=True), values, errors)


def _needed(model: Model, o: Observable, table: pd.DataFrame) -> list[str]:
    """The columns that say where in the observable a value is; they must all be there."""
    clock = model.clock.name if model.clock else ""
    needed = [clock if dim == RECORD else dim for dim in o.dims]
    for name in needed:
        if name not in table:
            raise ToysimError(f"data: {o.name} needs a column {name!r}: where a value is", "data")
    return needed


def _numbers(table: pd.DataFrame, name: str) -> Array:
    try:
        return np.asarray(table[name].to_numpy(float))
    except (TypeError, ValueError) as error:
        raise ToysimError(f"data: column {name!r}: {error}; give numbers", "data") from None
