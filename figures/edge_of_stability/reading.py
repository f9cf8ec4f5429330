"""Reading the sweeps at the edge of stability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.landmarks import LandmarkValue
from toysim.outcomes import Status
from toysim.papers.reading import landmark, mean_and_error, observable, sides

KINDS = ("quadratic", "quartic", "logistic")


def stability_limits() -> tuple[LandmarkValue, LandmarkValue, LandmarkValue]:
    """gamma of one sample at which the fitted point, the orbit of two points and the doublings of
    it end.
    """
    single = "oscillation.single_datum"
    names = ("fit_unstable", "orbit_unstable", "chaos")
    fit, orbit, chaos = (landmark(single, name) for name in names)
    return fit, orbit, chaos


def catapult_range() -> tuple[LandmarkValue, LandmarkValue]:
    """eta lambda at the start from which descent is thrown out, and from which it diverges."""
    begins, ends = (landmark("oscillation.catapult", f"catapult_{w}") for w in ("begins", "ends"))
    return begins, ends


def finished(tree: xr.DataTree) -> xr.DataArray:
    """Where the run ended with status ok."""
    return observable(tree, "status") == Status.OK


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
    draws: xr.DataArray

    @property
    def name(self) -> str:
        return f"wsd at peak {self.wsd_rate:g} less cosine at {self.cosine_rate:g}:"


def gaps(schedules: xr.DataTree) -> Iterator[Gap]:
    """Every wsd run against the cosines at the same peak and at the same sum of rates."""
    loss, exact = sides(schedules, "final_loss")
    mean, error = mean_and_error(loss)
    schedule, rate = loss["schedule"].values, loss["learning_rate"].values
    for wsd in np.flatnonzero(schedule == "wsd"):
        for factor in (1.0, 1.8):
            same = (schedule == "cosine") & np.isclose(rate, factor * rate[wsd])
            cosine = np.flatnonzero(same)[0]
            gap, law = (v.isel(run=wsd) - v.isel(run=cosine) for v in (mean, exact))
            spread = np.hypot(*error.isel(run=[wsd, cosine]).transpose("run", ...).values)
            draws = loss.isel(run=wsd) - loss.isel(run=cosine)  # NaN where one of them is
            yield Gap(rate[wsd], rate[cosine], factor, gap, spread, law, draws)
