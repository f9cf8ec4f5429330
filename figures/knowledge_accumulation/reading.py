"""Reading sweeps over pools."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable

Array = npt.NDArray[np.float64]

START = 0.5  # mean loss at the start, of orthonormal rows


def mean_over_pools(values: xr.DataArray) -> xr.DataArray:
    return values.mean("pool_draw")


def cosine_squares(tree: xr.DataTree) -> Array:
    """Of the two tasks of one row, by their place in the sweep: .05, .1, ..."""
    return 0.05 * np.arange(1.0, observable(tree, "task_loss").sizes["rows"] + 1.0)


def frequencies(n_tasks: int, imbalance: float) -> Array:
    """Share of visits to every task."""
    weight = np.arange(1.0, n_tasks + 1.0) ** -imbalance
    return np.asarray(weight / weight.sum())
