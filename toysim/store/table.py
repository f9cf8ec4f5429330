"""A store as a flat table: a row a run, or a record of a run, theory beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import xarray as xr

from toysim.errors import ToysimError, suggest
from toysim.outcomes import State

if TYPE_CHECKING:
    import pandas as pd

OWN = ("state", "status", "status_step", "valid")
KEPT = ("status", "valid")  # of the engine's own words


def tidy(tree: xr.DataTree, *names: str) -> pd.DataFrame:
    """A row for each cell and replica, columns for swept parameters, observables, and theory as
    ``NAME_theory``; by default all observables that are one number. Those with dimensions of their
    own are asked for by name: then these are columns too, and the time of a course.

    Units, long names and fixed parameters lie in ``attrs``. Rows that were not asked for are left
    out. Raises ToysimError where names are unknown, or differ in their dimensions.
    """
    sides = {side: tree[side].to_dataset() for side in ("simulation", "theory") if side in tree}
    first = next(iter(sides.values()))
    lead = {*first["state"].dims}
    wanted = list(names) or scalars(first)
    _refuse(first, wanted, lead)
    parts = [_side(side, ds, wanted, alone=len(sides) == 1) for side, ds in sides.items()]
    ds = xr.merge(
        [first[["state"]].reset_coords(drop=True), *parts], join="outer", compat="override"
    )
    table = ds.to_dataframe().reset_index()
    table = table[table["state"] != State.NOT_ASKED_FOR].drop(columns="state")
    table = table.reset_index(drop=True)
    table.attrs = {"columns": _labels(table, sides), "fixed": json.loads(tree.attrs["fixed"])}
    return table


def scalars(ds: xr.Dataset) -> list[str]:
    """Observables that are one number a run."""
    lead = {*ds["state"].dims}
    return [str(n) for n, v in ds.data_vars.items() if n not in OWN and {*v.dims} <= lead]


def _refuse(ds: xr.Dataset, names: list[str], lead: set[Any]) -> None:
    known = [str(name) for name in ds.data_vars if name not in OWN]
    for name in names:
        if name not in known:
            raise ToysimError(f"no observable {name!r} there: {suggest(name, known)}", "names")
    inner = {name: tuple(str(d) for d in ds[name].dims if d not in lead) for name in names}
    if len(set(inner.values())) > 1:
        told = ", ".join(f"{name} ({', '.join(d) or 'one number'})" for name, d in inner.items())
        raise ToysimError(f"observables of one table have the same dimensions: {told}", "names")


def _side(side: str, ds: xr.Dataset, wanted: list[str], alone: bool) -> xr.Dataset:
    """The wanted columns of a side; coordinates that are no axes become columns too."""
    names = [name for name in wanted if name in ds]
    part = ds[[*names, *(name for name in KEPT if name in ds)]]
    dims = {d for name in names for d in part[name].dims}
    coords = {n: c for n, c in part.coords.items() if c.ndim and {*c.dims} <= dims}
    part = part.drop_vars([n for n in part.coords if n not in coords])
    part = part.reset_coords([n for n in coords if n not in part.dims])
    columns = {name: f"{name}_theory" for name in names}
    return part if side == "simulation" or alone else part.rename(columns)


def _labels(table: pd.DataFrame, sides: dict[str, xr.Dataset]) -> dict[str, dict[str, str]]:
    """Unit and long name of every column."""
    found = {}
    for column in map(str, table.columns):
        name = column.removesuffix("_theory")
        at = next((ds[n].attrs for ds in sides.values() for n in (column, name) if n in ds), {})
        found[column] = {"units": at.get("units", "1"), "long_name": at.get("description", "")}
    return found


def left_out(tree: xr.DataTree) -> list[str]:
    """Observables that the table without names lacks."""
    ds = next(tree[s].to_dataset() for s in ("simulation", "theory") if s in tree)
    return [str(n) for n in ds.data_vars if n not in OWN and n not in scalars(ds)]
