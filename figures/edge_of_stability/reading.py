"""Reading the sweeps at the edge of stability."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.outcomes import Status
from toysim.papers.reading import mean_and_error, observable

KINDS = ("quadratic", "quartic", "logistic")

# Of one sample without the weak feature, as the claims state them: gamma at which the orbit of two
# points gives way, and at which the doublings accumulate.
ORBIT_STABLE_BELOW = math.sqrt(5.0) - 1.0
CHAOS_ABOVE = 1.3022834627


def finished(tree: xr.DataTree) -> xr.DataArray:
    """Where the run ended with status ok."""
    ok: xr.DataArray = observable(tree, "status") == Status.OK
    return ok


def over(tree: xr.DataTree) -> npt.NDArray[np.bool_]:
    """Steps at which the flow's minimum would be unstable and descent ended."""
    flow = observable(tree, "flow_sharpness", "theory")
    unstable: xr.DataArray = flow["learning_rate"] * flow / 2 > 1
    return (unstable & finished(tree)).values


def distinct(samples: xr.DataArray) -> npt.NDArray[np.int64]:
    """How many different values the samples of each cell take, to six decimals: 1, 2, 4, ... or
    many.
    """
    return np.array([len(np.unique(row)) for row in samples.values.round(6)])


@dataclass(frozen=True)
class Gap:
    """Final loss of a wsd run less that of a cosine at ``factor`` times its peak, by budget."""

    wsd_rate: float
    cosine_rate: float
    factor: float
    mean: xr.DataArray
    error: npt.NDArray[np.float64]
    exact: xr.DataArray


def gaps(schedules: xr.DataTree) -> Iterator[Gap]:
    """Every wsd run against the cosines at the same peak and at the same sum of rates."""
    loss = observable(schedules, "final_loss")
    exact = observable(schedules, "final_loss", "theory")
    mean, error = mean_and_error(loss)
    schedule, rate = loss["schedule"].values, loss["learning_rate"].values
    for wsd in np.flatnonzero(schedule == "wsd"):
        for factor in (1.0, 1.8):
            same = (schedule == "cosine") & np.isclose(rate, factor * rate[wsd])
            cosine = np.flatnonzero(same)[0]
            yield Gap(
                rate[wsd],
                rate[cosine],
                factor,
                mean.isel(run=wsd) - mean.isel(run=cosine),
                np.hypot(error.isel(run=wsd).values, error.isel(run=cosine).values),
                exact.isel(run=wsd) - exact.isel(run=cosine),
            )
