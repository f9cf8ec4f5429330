"""A store read as labelled data: on the grid of its axes, sorted, with units and provenance."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.batch import Batch
from toysim.errors import StoreError
from toysim.model import Model, Rows, Side
from toysim.observables import HALVING, RECORD, ROW
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store import later
from toysim.store.coordinates import refuse_damaged
from toysim.store.grid import Grid, grid_of, index
from toysim.store.homes import Folder
from toysim.store.layout import HOLE, REFINEMENT, Part, stored
from toysim.store.provenance import git_commit, host_kind, versions
from toysim.store.replicas import Replicas  # noqa: F401  registers the accessor
from toysim.store.schema import (
    STATE_ATTRIBUTES,
    clock_attributes,
    labelled,
    missing_value,
    observable_attributes,
    parameter_attributes,
    recorded_on,
)
from toysim.store.store import Store, open_existing

Positions = tuple[npt.NDArray[np.int64] | slice, ...]


def read_tree(
    place: Store | str | Path, told: Callable[[xr.Dataset], xr.Dataset] = lambda group: group
) -> xr.DataTree:
    """/simulation, /theory and /refinement of a store on the grid of its axes, each as ``told``
    makes it (in a tree that is there already that takes xarray as long as the reading).

    Numbers of a large store are read when they are asked for, and what they depend on is checked
    then; it is on the product of its axes, in order, or is read whole.
    """
    store = place if isinstance(place, Store) else open_existing(place)
    large = is_large(store)
    if store.format > 1:
        refuse_damaged(store, store.sides[:1] if large else store.sides)
    grid = grid_of(store)
    origin = _provenance(store)
    tree = {"/": xr.Dataset(attrs=origin)}
    for side in store.sides:
        tree[f"/{side}"] = told(_read_side(store, side, grid, large).assign_attrs(origin))
    if len(store.refined_rows):
        tree[f"/{REFINEMENT}"] = told(_read_refinement(store, grid))
    return xr.DataTree.from_dict(tree, name=str(store.meta["name"]))


def is_large(store: Store) -> bool:
    """Whether a store of the disk is read as it is asked for."""
    rows = store.layout.n_cells * store.layout.n_replicas
    return isinstance(store.home, Folder) and store.format > 1 and rows > later.AT_ONCE


def _read_side(store: Store, side: Side, grid: Grid, large: bool) -> xr.Dataset:
    """One side as a Dataset with dimensions (axes..., replica, ...)."""
    lead: tuple[str, ...] = tuple(grid.lengths)
    coords = grid.coordinates(store.model)
    if store.model.per_replica(side):
        lead = (*lead, "replica")
        replicas = len(store.layout.filled(1))
        coords["replica"] = index("replica", replicas, "index of the replica's random stream")
    if large and grid.in_order and len(store.layout.cells) == 1:
        data = _data_later(store, side, grid, lead)
    else:
        data = _data(store, side, grid, lead)
    coords |= _record_times(store, side, grid)
    return xr.Dataset(data, coords | _inner_coordinates(store, side))


def _positions(store: Store, side: Side) -> Positions:
    """All that are filled along cell, and along replica where there is one."""
    axes: tuple[Literal[0, 1], ...] = (0, 1) if store.model.per_replica(side) else (0,)
    return tuple(store.layout.filled(axis) for axis in axes)


def _data(store: Store, side: Side, grid: Grid, lead: tuple[str, ...]) -> dict[str, xr.Variable]:
    """Every observable and the state, read at once."""
    positions, data = _positions(store, side), {}
    state = _read(store, side, "state", positions)
    for o in store.outputs(side):
        values = _where_run(_read(store, side, o.name, positions), state)
        data[o.name] = xr.Variable((*lead, *o.dims), grid.arrange(values), observable_attributes(o))
    states = grid.arrange(state, State.NOT_ASKED_FOR)
    return data | {"state": xr.Variable(lead, states, STATE_ATTRIBUTES)}


def _data_later(
    store: Store, side: Side, grid: Grid, lead: tuple[str, ...]
) -> dict[str, xr.Variable]:
    """The same where cells lie in the order of the grid, read when it is asked for."""
    lengths = tuple(grid.lengths.values())
    replicas = (store.layout.filled(1),) if store.model.per_replica(side) else ()

    @cache
    def check() -> None:
        if side != store.sides[0]:  # that one was checked as it was opened
            refuse_damaged(store, (side,))

    def read(name: str, bounds: later.Bounds) -> npt.NDArray[Any]:
        check()
        cells, shape, inside = later.rows_of(bounds, lengths)
        values = _read(store, side, name, (cells, *replicas))
        if name != "state" and values.dtype.kind == "i":
            values = _where_run(values, _read(store, side, "state", (cells, *replicas)))
        return values.reshape(*shape, *values.shape[1:])[inside]

    def variable(name: str, inner: tuple[str, ...], attributes: Any) -> xr.Variable:
        array = store.array(side, name)
        shape = (*lengths, *map(len, replicas), *array.shape[1 + len(replicas) :])
        values = later.Later(partial(read, name), len(lengths), shape, array.dtype)
        return values.variable((*lead, *inner), attributes)

    outputs = store.outputs(side)
    data = {o.name: variable(o.name, tuple(o.dims), observable_attributes(o)) for o in outputs}
    return data | {"state": variable("state", (), STATE_ATTRIBUTES)}


def _where_run(values: npt.NDArray[Any], state: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers of rows that have not run as missing: older stores hold zeros there."""
    absent = state == State.NOT_RUN
    if values.dtype.kind != "i" or not absent.any():
        return values
    values = values.copy()
    values[absent] = missing_value(values.dtype.str)
    return values


def _record_times(store: Store, side: Side, grid: Grid) -> dict[str, xr.Variable]:
    """The coordinate of record times; older stores do not have it."""
    clock = recorded_on(store.model, side, store.first_parameters)
    if clock is None:
        return {}
    dims, attributes = (*grid.lengths, RECORD), clock_attributes(clock)
    if store.format == 1:
        return {clock.name: xr.Variable(dims, _times_now(store, side, grid), attributes)}
    at = grid.arrange(_read(store, side, clock.name, (store.layout.filled(0),)))
    return {clock.name: xr.Variable(dims, at, attributes)}


def _times_now(store: Store, side: Side, grid: Grid) -> npt.NDArray[Any]:
    """Record times worked out from the parameters."""
    filled, clock = store.layout.filled(0), store.model.clock
    assert clock is not None
    columns = {n: v[filled] for n, v in store.columns(side, slice(None)).items()}
    batch = Batch.of_cells(store.model, columns, store.fixed, np.zeros(1), len(filled), 0)
    return grid.arrange(clock.as_coordinate(batch.record_at))


def _read_refinement(store: Store, grid: Grid) -> xr.Dataset:
    """Rows run again at half and a quarter of the step; ``grid_row`` counts rows of the grid."""
    places = np.array(store.refined_rows.places)
    kept = np.flatnonzero(np.any(places != HOLE, axis=1))
    data = {}
    for o in store.outputs(REFINEMENT):
        values = _read(store, REFINEMENT, o.name, (kept,))
        data[o.name] = xr.Variable((ROW, HALVING, *o.dims), values, observable_attributes(o))
    data["state"] = xr.Variable(ROW, _read(store, REFINEMENT, "state", (kept,)), STATE_ATTRIBUTES)
    cells, replicas = places[kept].T
    row = grid.place[np.searchsorted(store.layout.filled(0), cells)]
    filled = store.layout.filled(1)
    row = row * len(filled) + np.searchsorted(filled, replicas)
    label = labelled(
        "grid_row", "number of the row on the grid of cells and replicas, replicas fastest"
    )
    return xr.Dataset(data, {"grid_row": xr.Variable(ROW, row, label)})


def _read(store: Store, part: Part, name: str, positions: Positions) -> npt.NDArray[Any]:
    """All filled rows of an array, or those of a run of cells; segments are cut out, not gathered,
    when there is only one.
    """
    run = positions[0] if isinstance(positions[0], slice) else slice(None)
    try:
        values = store.array(part, name)[run]
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(
            f"{store.path} is damaged: {part}/{name} cannot be read "
            f"({str(error).splitlines()[0]}); "
            f"run toysim sweep with --repair to compute the damaged blocks again"
        ) from None
    for axis, kept in enumerate(positions):
        if not isinstance(kept, slice) and len(kept) < values.shape[axis]:
            values = np.take(values, kept, axis=axis)
    return np.asarray(values)


def _inner_coordinates(store: Store, side: Side) -> dict[str, Any]:
    """Numbered dimensions of the observables, and every fixed parameter as a scalar coordinate."""
    sizes = store.model.sizes(store.first_parameters)
    used = {d for o in stored(store.model, side, store.first_parameters) for d in o.dims}
    coords: dict[str, Any] = {
        d.name: index(d.name, sizes[d.name], d.long_name)
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


def fixed_as_attributes(ds: xr.Dataset) -> xr.Dataset:
    """The same data with fixed parameters that are one value as attributes: as coordinates they
    would stand in the title of every picture that xarray draws. True is 1, as netCDF holds it.
    """
    fixed = {str(name): _netcdf(c.item()) for name, c in ds.coords.items() if c.ndim == 0}
    return ds.drop_vars(list(fixed)).assign_attrs({**fixed, **ds.attrs})


def _netcdf(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _provenance(store: Store) -> dict[str, Any]:
    """Flat attributes that netCDF can hold too."""
    origin = store.meta["provenance"]
    events = store.home.events()
    seconds = sum(e.get("seconds", 0.0) for e in events if e.get("event") == "end")
    return {
        "title": store.attributes["title"],
        "sweep": store.meta["name"],
        "store_format": store.format,
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
        d.name: index(d.name, sizes[d.name], d.long_name)
        for d in model.dims
        if any(d.name in v.dims for v in data.values())
    }
    if not squeeze:
        coords["replica"] = index("replica", len(batch), "index of the replica's random stream")
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
