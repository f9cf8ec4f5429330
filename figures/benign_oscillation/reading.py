"""Reading the sweeps of this paper: observables of the runs that ended, means with their standard
errors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.outcomes import Status

Array = npt.NDArray[np.float64]

WINDOW = (1.0, 1.6)  # gamma_u at the ends of the paper's window of learning rates
BLOWN_UP = 4  # of ``regime``
WEAK = 1  # entry of the dimension ``kind``


def ended(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable, NaN in runs that blew up."""
    return (
        tree[side].to_dataset()[name].where(tree["simulation"].to_dataset()["status"] == Status.OK)
    )


def steps(tree: xr.DataTree) -> Array:
    """gamma_u swept."""
    return np.asarray(tree["simulation"].to_dataset()["gamma_u"].values, float)


def weak_output(tree: xr.DataTree) -> xr.DataArray:
    """Weak output at the end, mean over the labels."""
    return ended(tree, "weak_output").mean("label")


def samples_per_label(data: xr.DataArray) -> tuple[float, float]:
    """Weak and strong training samples a label, n_w and n_s, of data from one training set."""
    half = float(data["n_samples"]) / 2
    return (1 - float(data["strong_fraction"])) * half, float(data["strong_fraction"]) * half
