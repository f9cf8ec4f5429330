"""Reading the sweeps of random landscapes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable

Array = npt.NDArray[np.float64]

KINDS = {
    "binary, 0.2": ("binary", 0.2),
    "binary, 0.3": ("binary", 0.3),
    "gaussian": ("gaussian", 0.3),
    "none": ("none", 0.3),
}


def updates(tree: xr.DataTree) -> Array:
    """Updates of the records, which are the same in every cell."""
    update = observable(tree, "update", "theory")
    return np.asarray(update.isel({d: 0 for d in update.dims if d != "record"}).values)


def mean_distance(tree: xr.DataTree) -> xr.DataArray:
    """E|x| over the landscapes."""
    return observable(tree, "distance", "theory").mean("landscape")


def of_kind(values: xr.DataArray, name: str) -> xr.DataArray:
    """Of a zipped kind of landscape."""
    disorder, bias = KINDS[name]
    at = (values["disorder"].values == disorder) & (values["bias"].values == bias)
    return values.isel(kind=int(np.flatnonzero(at)[0]))


def at_update(values: xr.DataArray, update: Array, t: float) -> xr.DataArray:
    """At the record nearest to t updates."""
    return values.isel(record=int(np.nanargmin(np.abs(np.log(update / t)))))


def decade_slope(tree: xr.DataTree, name: str, first: float) -> float:
    """Slope of sqrt(E|x|) over ln t from ``first`` to ten times as many updates."""
    root, t = of_kind(mean_distance(tree), name) ** 0.5, updates(tree)
    rise = at_update(root, t, 10.0 * first) - at_update(root, t, first)
    return float(rise / np.log(10.0))


def log_exponent(tree: xr.DataTree) -> xr.DataArray:
    """d ln E|x|/d ln ln t over the last half decade."""
    distance, t = mean_distance(tree), updates(tree)
    late = [-3, -1]
    rise = np.log(distance.isel(record=late[1])) - np.log(distance.isel(record=late[0]))
    found: xr.DataArray = rise / np.log(np.log(t[late[1]]) / np.log(t[late[0]]))
    return found


def by_batch(tree: xr.DataTree, **at: str) -> Array:
    """E|x| at the last update, by batch size."""
    values = mean_distance(tree).isel(record=-1).sel(at)
    return np.asarray(values.sortby("batch").values)
