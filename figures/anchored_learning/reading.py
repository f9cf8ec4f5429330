"""Reading the sweeps of anchors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable, parameter

Array = npt.NDArray[np.float64]

LEARNED = 0.3  # of the new task's loss before it is learned: where the methods are compared


def law(tree: xr.DataTree, name: str) -> xr.DataArray:
    """What theory says, in every draw."""
    found = observable(tree, name, "theory")
    return found if "replica" in found.dims else found.expand_dims("replica")


def excesses(tree: xr.DataTree) -> xr.DataArray:
    """Old loss over the front's where the new loss is LEARNED of its start, by method and draw.

    Between strengths the logarithm is interpolated; the start is the new loss at the largest.
    """
    new, excess = law(tree, "new_loss"), law(tree, "front_excess")
    start = new.isel(strength=-1).max("method")
    found: xr.DataArray = xr.apply_ufunc(
        _there,
        np.log(new / start),
        np.log(excess),
        input_core_dims=[["strength"], ["strength"]],
        vectorize=True,
    )
    return found


def by_dimension(rotations: Sequence[xr.DataTree]) -> xr.DataArray:
    """Mean excesses of sweeps at several dimensions, joined."""
    each = [
        excesses(tree).mean("replica").expand_dims(dimension=[parameter(tree, "dimension")])
        for tree in rotations
    ]
    return xr.concat(each, "dimension")


def _there(new: Array, excess: Array) -> float:
    known = np.isfinite(excess) & np.isfinite(new)
    if known.sum() < 2:
        return float("nan")
    return float(np.exp(np.interp(np.log(LEARNED), new[known], excess[known])))


def mean_losses(tree: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Means over draws of the old and the new loss (method, strength)."""
    old, new = (law(tree, name).mean("replica") for name in ("old_loss", "new_loss"))
    return old.transpose("method", "strength"), new.transpose("method", "strength")


def best_losses(refresh: xr.DataTree) -> xr.DataArray:
    """Least exact loss over the learning rates, by unlearning rate."""
    return observable(refresh, "loss", "theory").isel(record=0).min("learning_rate")
