"""Reading the sweeps of concept shift."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import landmark, mean_and_error, observable

Array = npt.NDArray[np.float64]


def errors(tree: xr.DataTree) -> xr.DataArray:
    """Mean square errors over replicas."""
    mean, _ = mean_and_error(observable(tree, "mean_square_error"))
    return mean


def best_fixed(**parameters: Any) -> float:
    """Error of the best fixed gain in the long run."""
    return float(landmark("drift.tracking", "least_error", **parameters))


def walk_least(tree: xr.DataTree) -> Array:
    """Of the walks of a sweep, (drift,)."""
    return np.array([best_fixed(drift=float(q)) for q in errors(tree)["drift"].values])


def switch_least(tree: xr.DataTree) -> xr.DataArray:
    """Of the switching targets of a sweep, (switch_probability, switch_variance)."""
    found = errors(tree).isel(memory=0, drop=True)
    p, v = found["switch_probability"].values, found["switch_variance"].values
    values = [
        [
            best_fixed(target="switch", switch_probability=float(a), switch_variance=float(b))
            for b in v
        ]
        for a in p
    ]
    dims = ("switch_probability", "switch_variance")
    return xr.DataArray(values, dims=dims, coords={dims[0]: p, dims[1]: v})


def best_memory(tree: xr.DataTree, sigmas: float = 0.0) -> xr.DataArray:
    """Errors of regulated gains at the best memory, with so many standard errors on top."""
    mean, error = mean_and_error(observable(tree, "mean_square_error"))
    return (mean + sigmas * error).min("memory")


def by_rule(tree: xr.DataTree, *rules: str) -> tuple[Array, ...]:
    """Switch probabilities, and the errors of every rule named."""
    found = errors(tree)
    known = list(found["rule"].values)
    found_of = (found.isel(how=known.index(rule)).values for rule in rules)
    return found["switch_probability"].values, *found_of
