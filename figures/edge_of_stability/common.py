"""Reading the sweeps at the edge of stability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.drawing import observable

PREFIX = "edge_of_stability."
KINDS = ("quadratic", "quartic", "logistic")


def finished(tree: xr.DataTree) -> xr.DataArray:
    """Where the run ended with status ok."""
    ok: xr.DataArray = observable(tree, "status") == 0
    return ok


def standard_error(draws: xr.DataArray) -> xr.DataArray:
    """Of the mean over replicas."""
    error: xr.DataArray = draws.std("replica", ddof=1) / np.sqrt(draws.sizes["replica"])
    return error


def distinct(samples: xr.DataArray) -> npt.NDArray[np.int64]:
    """How many different values the samples of each cell take, to six decimals: 1, 2, 4, ... or
    many.
    """
    return np.array([len(np.unique(row)) for row in samples.values.round(6)])
