"""Reading sweeps over rehearsals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable

Array = npt.NDArray[np.float64]


def of_kind(values: xr.DataArray, kind: str, dim: str = "schedule") -> xr.DataArray:
    """The schedules of a rehearsal, by rising exponent and decay."""
    part = values.isel({dim: values["rehearsal"].values == kind})
    return part.isel({dim: np.lexsort((part["decay"].values, part["exponent"].values))})


def swapped(values: xr.DataArray, one: str, other: str) -> xr.DataArray:
    """For spoilers: all of one kind as the best of the other, and the other way round."""
    best = {k: of_kind(values, k).max("schedule") for k in (one, other)}
    kind = values["rehearsal"]
    values = values.where(kind != one, best[other])
    return values.where(kind != other, best[one])


def kept_shares(tree: xr.DataTree) -> xr.DataArray:
    """Least retention of a task, by samples and schedule."""
    return observable(tree, "retention", "theory").min("task").transpose("n_samples", "schedule")


def kept_of_phase(tree: xr.DataTree) -> Array:
    """rho = 1 - n/d by samples."""
    dimension = tree["theory"].to_dataset()["dimension"].item()
    return np.asarray(1.0 - kept_shares(tree)["n_samples"].values / dimension)
