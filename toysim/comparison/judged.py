"""What was judged, as data: ``/comparison`` of a store."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.comparison import pieces
from toysim.comparison.realised import at_realised
from toysim.comparison.tolerances import measured
from toysim.model import Model, Observable
from toysim.registry import load_model
from toysim.store import later
from toysim.store.later import Bounds, Later
from toysim.store.schema import labelled
from toysim.store.sides import Sides

Array = npt.NDArray[Any]


def comparison_dataset(tree: xr.DataTree) -> xr.Dataset:
    """Of every observable on the grid: the difference from theory that was judged, the tolerance it
    was held to, and the standard error where there is one. NaN where nothing was judged. Of a large
    sweep they are judged when they are asked for.
    """
    large = pieces.rows_of(tree) > later.AT_ONCE
    data = _judged_later(tree) if large else _judged_now(tree)
    return xr.Dataset(data, _coordinates(tree))


def _compared(tree: xr.DataTree) -> list[Observable]:
    theory, simulation = tree["theory"].data_vars, tree["simulation"].data_vars
    shared = [o for o in _model(tree).observables if o.name in theory and o.name in simulation]
    return [o for o in shared if theory[o.name].dtype.kind == "f"]


def _model(tree: xr.DataTree) -> Model:
    return load_model(tree.attrs["model"])


def _judged_now(tree: xr.DataTree) -> dict[str, xr.Variable]:
    sides, data = at_realised(Sides.of(tree)), {}
    for o in _compared(tree):
        for (name, label), values in zip(_labels(sides.model, o), _judged(sides, o), strict=True):
            data[name] = xr.Variable((*_lead(sides.model, sides.dims), *o.dims), values, label)
    return data


def _judged_later(tree: xr.DataTree) -> dict[str, xr.Variable]:
    model, lengths = _model(tree), pieces.lengths_of(tree)
    now = cache(lambda: _judged_now(tree))

    def read(o: Observable, k: int, name: str, shape: tuple[int, ...], box: Bounds) -> Array:
        if not pieces.can_be_cut(tree):
            return np.asarray(now()[name].values[box])
        out = np.empty((*(b.stop - b.start for b in box), *shape[len(box) :]))
        for part in pieces.boxes(tree, box):
            within = zip(part, box, strict=True)
            at = tuple(slice(p.start - b.start, p.stop - b.start) for p, b in within)
            out[at] = _judged(pieces.cut(tree, part), o)[k]
        return out

    data = {}
    for o in _compared(tree):
        dims = (*_lead(model, tuple(lengths)), *o.dims)
        sizes = {**tree["theory"].sizes, **tree["simulation"].sizes}
        shape = tuple(sizes[d] for d in dims)
        for k, (name, label) in enumerate(_labels(model, o)):
            values = Later(partial(read, o, k, name, shape), len(lengths), shape, float)
            data[name] = values.variable(dims, label)
    return data


def _labels(model: Model, o: Observable) -> list[tuple[str, dict[str, Any]]]:
    """Names and attributes of what ``_judged`` gives."""
    texts = {o.name: "simulation - theory", f"{o.name}_tolerance": "tolerance"}
    if model.of_means:
        texts[f"{o.name}_standard_error"] = "standard error"
    return [(n, labelled(n, f"{text}: {o.long_name}", o.unit)) for n, text in texts.items()]


def _judged(sides: Sides, o: Observable) -> list[Array]:
    """Difference, tolerance and, of means, standard error, on the grid."""
    found = measured(sides, o)
    theory, valid = sides.theory_at(o, found.rows)
    inside = valid.reshape(-1, *[1] * (theory.ndim - 1))
    difference = np.where(inside, found.value - theory, np.nan)
    tolerance = np.where(inside & np.isfinite(found.tolerance), found.tolerance, np.nan)
    numbers = [difference, tolerance]
    if sides.model.of_means:
        numbers.append(np.where(np.isfinite(found.error), found.error, np.nan))
    return [_scattered(sides, found.rows, values) for values in numbers]


def _lead(model: Model, dims: tuple[str, ...]) -> tuple[str, ...]:
    return dims if model.of_means else (*dims, "replica")


def _scattered(sides: Sides, rows: Array, values: Array) -> Array:
    """Rows put back on the grid."""
    of_means = sides.model.of_means
    place = rows // sides.n_replicas if of_means else rows
    shape = sides.shape if of_means else (*sides.shape, sides.n_replicas)
    grid = np.full((int(np.prod(shape, dtype=np.int64)), *values.shape[1:]), np.nan)
    grid[place] = values
    return grid.reshape((*shape, *values.shape[1:]))


def _coordinates(tree: xr.DataTree) -> dict[str, Any]:
    """Those of theory, and the replicas' where every replica is judged."""
    coords: dict[str, Any] = {str(n): c for n, c in tree["theory"].to_dataset().coords.items()}
    if not _model(tree).of_means:
        coords["replica"] = tree["simulation"].to_dataset().coords["replica"]
    return coords
