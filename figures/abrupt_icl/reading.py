"""Reading the sweeps of abrupt in-context learning."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable


def clock(tree: xr.DataTree) -> npt.NDArray[np.float64]:
    """Times (R,) of the records, where they are the same in every cell."""
    time = observable(tree, "time").values
    return np.asarray(time.reshape(-1, time.shape[-1])[0], float)


def runs(tree: xr.DataTree, name: str) -> xr.DataArray:
    """An observable of the simulation in every run; the replicas stay, also where there is one."""
    return tree["simulation"].to_dataset()[name]


def ends(tree: xr.DataTree, name: str, *dims: str) -> xr.DataArray:
    """The last record of every run (*dims, replica)."""
    return runs(tree, name).isel(record=-1).transpose(*dims, "replica")
