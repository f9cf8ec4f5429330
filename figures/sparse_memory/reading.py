"""Reading the sweeps of sparse memories."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.special import ndtr

from toysim.papers.reading import observable, parameter


def recognition(tree: xr.DataTree) -> xr.DataArray:
    """Share right of two-alternative choices, by the normal law of the measured familiarities."""
    stored, new = (observable(tree, f"familiarity_{name}") for name in ("stored", "new"))
    spread = np.sqrt(stored.var("replica", ddof=1) + new.var("replica", ddof=1))
    apart = (stored.mean("replica") - new.mean("replica")) / spread
    return apart.copy(data=ndtr(apart.values))


def least_errors(tree: xr.DataTree) -> xr.DataArray:
    """Expected recall errors at the best threshold, over the target's outputs."""
    stored, other = (observable(tree, name).mean("replica") for name in ("sum_stored", "sum_other"))
    active, outputs = parameter(tree, "n_active_outputs"), parameter(tree, "n_outputs")
    hits, false = (reached(part) for part in (stored, other))
    errors = active * (1.0 - hits) + (outputs - active) * false
    share: xr.DataArray = errors.min("sum") / active
    return share


def reached(distribution: xr.DataArray) -> xr.DataArray:
    """Probability of each sum or more."""
    last_first = distribution.isel(sum=slice(None, None, -1)).cumsum("sum")
    return last_first.isel(sum=slice(None, None, -1))
