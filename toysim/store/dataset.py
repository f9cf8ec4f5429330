"""A store read as labelled data: positions put back on the grid of the axes, sorted, with units and
provenance.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.batch import Batch
from toysim.errors import StoreError
from toysim.model import Model, Rows, Side
from toysim.observables import RECORD
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store.files import read_events
from toysim.store.layout import stored
from toysim.store.matching import joint_codes
from toysim.store.provenance import git_commit, host_kind, versions
from toysim.store.schema import (
    STATE_ATTRIBUTES,
    clock_attributes,
    decoded,
    observable_attributes,
    parameter_attributes,
    recorded_on,
)
from toysim.store.store import Store, open_existing


def read_tree(path: str | Path) -> xr.DataTree:
    """/simulation and /theory of a store on the grid of its axes; ``toysim.open_store`` adds
    /comparison.
    """
    store = open_existing(path)
    tree = {"/": xr.Dataset(attrs=_provenance(store))}
    for side in store.sides:
        tree[f"/{side}"] = read_side(store, side)
    return xr.DataTree.from_dict(tree, name=str(store.meta["name"]))


def read_side(store: Store, side: Side) -> xr.Dataset:
    """One side as a Dataset with dimensions (axes..., replica, ...)."""
    filled = store.layout.filled(0)
    columns = {
        n: decoded(store.model.parameters[n], store.array(side, n)[:])[filled] for n in store.axes
    }
    grid = _Grid(store.identity["axes"], columns, len(filled))
    lead: tuple[str, ...] = tuple(grid.lengths)
    coords = grid.coordinates(store.model)
    positions: tuple[npt.NDArray[np.int64], ...] = (filled,)
    if store.model.per_replica(side):
        positions = (filled, store.layout.filled(1))
        lead = (*lead, "replica")
        coords["replica"] = _index(
            "replica", len(positions[1]), "index of the replica's random stream"
        )
    data = {}
    for o in stored(store.model, side, store.first_parameters):
        values = grid.arrange(_read(store, side, o.name, positions))
        data[o.name] = xr.Variable((*lead, *o.dims), values, observable_attributes(o))
    state = grid.arrange(_read(store, side, "state", positions), State.NOT_ASKED_FOR)
    data["state"] = xr.Variable(lead, state, STATE_ATTRIBUTES)
    clock = recorded_on(store.model, side, store.first_parameters)
    if clock:
        at = grid.arrange(_read(store, side, clock.name, (filled,)))
        coords[clock.name] = xr.Variable((*grid.lengths, RECORD), at, clock_attributes(clock))
    return xr.Dataset(data, coords | _inner_coordinates(store, side), attrs=_provenance(store))


def _read(
    store: Store, side: Side, name: str, positions: tuple[npt.NDArray[np.int64], ...]
) -> npt.NDArray[Any]:
    """All filled rows of an array; segments are cut out, not gathered, when there is only one."""
    try:
        values = store.array(side, name)[:]
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(
            f"{store.path} is damaged: {side}/{name} cannot be read "
            f"({str(error).splitlines()[0]}); "
            f"run toysim sweep with --repair to compute the damaged blocks again"
        ) from None
    for axis, index in enumerate(positions):
        if len(index) < values.shape[axis]:
            values = np.take(values, index, axis=axis)
    return np.asarray(values)


class _Grid:
    """The product grid that the stored cells span: sorted levels a dimension, and each cell's place
    on it.
    """

    def __init__(
        self, axes: dict[str, list[str]], columns: dict[str, npt.NDArray[Any]], n: int
    ) -> None:
        self.axes = axes
        self.n = n
        self.levels: dict[str, dict[str, npt.NDArray[Any]]] = {}
        place = np.zeros(n, np.int64)
        for dimension, names in axes.items():
            codes = joint_codes([columns[name] for name in names])
            _, first = np.unique(codes, return_index=True)
            self.levels[dimension] = {name: columns[name][first] for name in names}
            place = place * len(first) + codes
        self.lengths = {d: len(next(iter(v.values()))) for d, v in self.levels.items()}
        self.place = place
        self.in_order = bool(np.array_equal(place, np.arange(n))) and n == self.size

    @property
    def size(self) -> int:
        return int(np.prod(list(self.lengths.values()), dtype=np.int64))

    def arrange(self, values: npt.NDArray[Any], missing: Any = None) -> npt.NDArray[Any]:
        """Rows (cells, ...) as an array over the dimensions; holes are NaN, or ``missing``."""
        shape = (*self.lengths.values(), *values.shape[1:])
        if self.in_order:
            return values.reshape(shape)
        if missing is None:
            missing = np.nan if values.dtype.kind == "f" else 0
        out = np.full((self.size, *values.shape[1:]), missing, values.dtype)
        out[self.place] = values
        return out.reshape(shape)

    def coordinates(self, model: Model) -> dict[str, xr.Variable]:
        """A scalar axis labels its own dimension; tied and vector axes label a numbered one."""
        coords: dict[str, xr.Variable] = {}
        for dimension, members in self.levels.items():
            for name, values in members.items():
                attrs = parameter_attributes(model.parameters[name])
                inner = tuple(f"{name}_{k}" for k in range(values.ndim - 1))
                label = name if not inner or name != dimension else f"{name}_value"
                coords[label] = xr.Variable((dimension, *inner), values, attrs)
            if dimension not in coords:
                what = " and ".join(members)
                coords[dimension] = _index(dimension, self.lengths[dimension], f"entry of {what}")
        return coords


def _index(name: str, n: int, text: str) -> xr.Variable:
    return xr.Variable((name,), np.arange(n), {"long_name": text, "units": "1"})


def _inner_coordinates(store: Store, side: Side) -> dict[str, Any]:
    """Numbered dimensions of the observables, and every fixed parameter as a scalar coordinate."""
    sizes = store.model.sizes(store.first_parameters)
    used = {d for o in stored(store.model, side, store.first_parameters) for d in o.dims}
    coords: dict[str, Any] = {
        d.name: _index(d.name, sizes[d.name], d.long_name)
        for d in store.model.dims
        if d.name in used
    }
    return coords | fixed_coordinates(store.model, store.fixed)


def fixed_coordinates(model: Model, fixed: dict[str, Any]) -> dict[str, xr.Variable]:
    """Parameters, defaults included, belong to the data; empty vectors say nothing and stay out."""
    coords = {}
    for name, value in fixed.items():
        p = model.parameters[name]
        array = np.asarray(value, p.dtype)
        if array.size:
            dims = tuple(f"{name}_{k}" for k in range(array.ndim))
            coords[name] = xr.Variable(dims, array, parameter_attributes(p))
    return coords


def _provenance(store: Store) -> dict[str, Any]:
    """Flat attributes that netCDF can hold too."""
    origin = store.meta["provenance"]
    events = list(read_events(store.path))
    seconds = sum(e.get("seconds", 0.0) for e in events if e.get("event") == "end")
    return {
        "title": store.attributes["title"],
        "sweep": store.meta["name"],
        "model": store.identity["model"],
        "model_version": store.identity["version"],
        "root_seed": store.identity["seed"],
        "common_random_numbers": int(store.identity["common_random_numbers"]),
        "fixed": json.dumps(store.fixed),
        "axes": json.dumps(store.identity["axes"]),
        "created": origin["created"],
        "git_commit": origin["git_commit"],
        "host": origin["host"],
        "versions": json.dumps(origin["versions"]),
        "wall_seconds": round(seconds, 3),
        "sweep_text": origin["sweep_text"],
        "sweep_hash": origin["sweep_hash"],
    }


def one_cell(sweep: Sweep, side: Side, batch: Batch, rows: Rows, seconds: float) -> xr.Dataset:
    """Rows of one cell, computed in memory, as a Dataset labelled like a store's."""
    model = sweep.model
    replicas = model.per_replica(side)
    squeeze = len(batch) == 1 or not replicas
    lead = () if squeeze else ("replica",)
    data = {}
    for o in stored(model, side, sweep.parameters):
        values = rows[o.name][0] if squeeze else rows[o.name]
        data[o.name] = xr.Variable((*lead, *o.dims), values, observable_attributes(o))
    sizes = model.sizes(sweep.parameters)
    coords: dict[str, Any] = {
        d.name: _index(d.name, sizes[d.name], d.long_name)
        for d in model.dims
        if any(d.name in v.dims for v in data.values())
    }
    if not squeeze:
        coords["replica"] = _index("replica", len(batch), "index of the replica's random stream")
    clock = recorded_on(model, side, sweep.parameters)
    if clock:
        at = clock.as_coordinate(batch.record_at[0])
        coords[clock.name] = xr.Variable(RECORD, at, clock_attributes(clock))
    attrs = {
        "title": model.title,
        "model": model.id,
        "model_version": model.version,
        "root_seed": sweep.seed,
        "git_commit": git_commit(),
        "host": host_kind(),
        "versions": json.dumps(versions()),
        "wall_seconds": round(seconds, 6),
    }
    return xr.Dataset(data, coords | fixed_coordinates(model, sweep.fixed), attrs=attrs)


@xr.register_dataset_accessor("toysim")  # type: ignore[no-untyped-call]
class Replicas:
    """``ds.toysim.mean()`` and ``ds.toysim.sem()``: over the replicas that ran to an end."""

    def __init__(self, ds: xr.Dataset) -> None:
        self._ds = ds

    def _ok(self) -> xr.Dataset:
        floats = [n for n, v in self._ds.data_vars.items() if v.dtype.kind == "f"]
        ds = self._ds[floats]
        return ds.where(self._ds["state"] == 1) if "state" in self._ds else ds

    def mean(self) -> xr.Dataset:
        """Mean over ``replica`` of every floating variable; failed and missing replicas are left
        out.
        """
        if "replica" not in self._ds.dims:
            return self._ok()
        return self._ok().mean("replica", keep_attrs=True)

    def sem(self) -> xr.Dataset:
        """Standard error of that mean, s / sqrt(n) with ddof = 1; NaN below two replicas."""
        if "replica" not in self._ds.dims:
            return self._ok() * np.nan
        ok = self._ok()
        present = [n for n, v in ok.data_vars.items() if "replica" in v.dims]
        ok = ok[present]
        n = ok.notnull().sum("replica")
        with np.errstate(invalid="ignore", divide="ignore"):
            spread: xr.Dataset = ok.std("replica", ddof=1, keep_attrs=True)
        return spread.where(n > 1) / np.sqrt(n.where(n > 0))
