"""Reading the sweeps: ends of descent, branches of the theory, and both side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import mean_and_error, observable

ERROR = "generalisation error"  # name of an axis
STANDARD_ERRORS = 3.0
APART = 1e-6  # errors that differ by more belong to different saddle points


def exceeds(high: xr.DataArray, low: xr.DataArray) -> npt.NDArray[np.bool_]:
    """Where the mean of ``high`` is above that of ``low`` by more than three standard errors,
    replica by replica.
    """
    mean, error = mean_and_error(high - low)
    return np.asarray((mean > STANDARD_ERRORS * error).values)


def epochs(tree: xr.DataTree) -> xr.DataArray:
    """Epochs at the records, (axes..., record)."""
    epoch = observable(tree, "epoch")
    return epoch.isel(replica=0) if "replica" in epoch.dims else epoch


def from_zero(tree: xr.DataTree, name: str) -> xr.DataArray:
    """The theory's saddle point reached from overlap 0, as descent starts."""
    return observable(tree, name, "theory").sel(branch="low", drop=True)


def one_task_ends(tree: xr.DataTree) -> xr.DataArray:
    """Descent's errors over the theory's name of the number of patterns."""
    error = observable(tree, "error_1")
    if "case" in error.dims:
        error = error.swap_dims(case="alpha_1").drop_vars("weight_decay")
    return error.rename(alpha_1="alpha")


def coexistence(tree: xr.DataTree) -> tuple[float, float]:
    """Smallest and largest alpha of the sweep at which the theory has two branches."""
    error = observable(tree, "error", "theory")
    apart = abs(error.sel(branch="high") - error.sel(branch="low")) > APART
    alpha = error["alpha"].values[apart.values]
    return float(alpha.min()), float(alpha.max())


def both_present(tree: xr.DataTree) -> xr.DataArray:
    """Where two saddle points coexist."""
    present = observable(tree, "branch_present", "theory").all("saddle")
    return present.isel(branch=0, drop=True) if "branch" in present.dims else present


def crossing(tree: xr.DataTree, load: str, **at: Any) -> float:
    """Load at which two coexisting free entropies agree, on a line between grid points; NaN if none
    of them do.
    """
    free_entropy = observable(tree, "branch_free_entropy", "theory")
    if "branch" in free_entropy.dims:
        free_entropy = free_entropy.isel(branch=0)
    gain = free_entropy.diff("saddle").isel(saddle=0).where(both_present(tree)).sel(at).dropna(load)
    if not gain.size or gain.min() > 0 or gain.max() < 0:
        return float("nan")
    return float(np.interp(0.0, gain, gain[load]))


def beside(ends: xr.DataArray, exact: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Descent's error less the theory's (..., replica), and the theory, where both are known."""
    ends, exact = (
        v.assign_coords({x: v[x].values.round(9) for x in ("alpha", "alpha_2") if x in v.dims})
        for v in (ends, exact)
    )
    ends, exact = xr.align(ends, exact, join="inner")
    off = (ends - exact).transpose(..., "replica")
    return off, exact.transpose(*off.dims[:-1])
