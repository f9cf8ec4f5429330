"""Reading the sweeps of this paper: observables of the runs that ended, outputs of the network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import ended

Array = npt.NDArray[np.float64]

WINDOW = (1.0, 1.6)  # gamma_u at the ends of the paper's window of learning rates
BLOWN_UP = 4  # of ``regime``
WEAK = 1  # entry of the dimension ``kind``


def steps(tree: xr.DataTree) -> Array:
    """gamma_u swept."""
    return np.asarray(tree["simulation"].to_dataset()["gamma_u"].values, float)


def output(groups: xr.DataArray) -> xr.DataArray:
    """Right less wrong groups: the part of y f that a patch contributes."""
    return groups.isel(role=0) - groups.isel(role=1)


def weak_output(tree: xr.DataTree) -> xr.DataArray:
    """Weak output at the end, mean over the labels."""
    return ended(tree, "weak_output").mean("label")


def ceiling(tree: xr.DataTree) -> xr.DataArray:
    """V* at every step: weak output from which on the fitted point is stable."""
    return tree["theory"].to_dataset()["weak_ceiling"].isel(replica=0)


def blown_up(tree: xr.DataTree, side: str) -> xr.DataArray:
    """Share of runs that blow up, by step."""
    return (tree[side].to_dataset()["regime"] == BLOWN_UP).mean("replica")


def samples_per_label(data: xr.DataArray) -> tuple[float, float]:
    """Weak and strong training samples a label, n_w and n_s, of data from one training set."""
    half, strong = float(data["n_samples"]) / 2, float(data["strong_fraction"])
    return (1 - strong) * half, strong * half
