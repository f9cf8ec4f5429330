"""Reading the sweeps: crossings, entropies by distance, extrapolation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.drawing import mean_and_error, observable

Array = npt.NDArray[np.float64]


def theory(tree: xr.DataTree, name: str) -> xr.DataArray:
    """A theory's observable on the sweep's grid."""
    return observable(tree, name, "theory")


def entropy_of_weights(d: Any) -> Any:
    """h2(d): ln of the number of weight vectors at distance d of one, per weight."""
    return -d * np.log(d) - (1.0 - d) * np.log1p(-d)


def crossing(x: Array, y: Array) -> tuple[float, float]:
    """Where y(x) first changes its sign, on a line between two grid points, and how far a
    parabola's root may be.
    """
    kept = np.isfinite(y)
    x, y = x[kept], y[kept]
    i = int(np.flatnonzero(np.diff(np.sign(y)))[0])
    slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
    bend = np.abs(np.gradient(np.gradient(y, x), x)[max(i - 1, 0) : i + 3]).max()
    return float(x[i] - y[i] / slope), float(bend * (x[i + 1] - x[i]) ** 2 / (8.0 * abs(slope)))


def converged(tree: xr.DataTree, name: str) -> xr.DataArray:
    """A simulation's observable, NaN where the run did not end with status ok."""
    found: xr.DataArray = observable(tree, name).where(observable(tree, "status") == 0)
    return found


def at_infinite_size(tree: xr.DataTree, name: str) -> tuple[Array, Array]:
    """Means over the two sizes extrapolated linearly in 1/N, and their standard errors."""
    mean, error = mean_and_error(converged(tree, name))
    small, large = mean["size"].values.astype(float)
    gain = large - small
    value = (large * mean.isel(size=1) - small * mean.isel(size=0)) / gain
    spread = np.hypot(large * error.isel(size=1), small * error.isel(size=0)) / gain
    return value.values, spread.values
