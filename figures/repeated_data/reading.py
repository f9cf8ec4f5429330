"""Reading the sweeps of repeated data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import mean_and_error, observable

Array = npt.NDArray[np.float64]

SEEN = 1e-6  # share of the risk by which a course must rise and fall


@dataclass(frozen=True)
class Costs:
    """Risks by the number of repeats, over that of as many fresh rows; errors of drawn ones."""

    repeats: Array
    risk: Array
    error: Array
    law: Array
    dropped: Array


def costs(tree: xr.DataTree) -> Costs:
    """Of a sweep over ``rows``: drawn where it was simulated, else the law."""
    fresh = observable(tree, "fresh_risk", "theory")
    law = course_of(tree).isel(record=0)
    risk, error = law, xr.zeros_like(law)
    if "simulation" in tree:
        drawn = observable(tree, "risk").isel(record=0)
        risk, error = mean_and_error(drawn)
    dropped = observable(tree, "dropped_risk", "theory")
    over = [(part / fresh).values for part in (risk, error, law, dropped)]
    return Costs(fresh["repeats"].values, over[0], over[1], over[2], over[3])


def course_of(tree: xr.DataTree) -> xr.DataArray:
    """The law's risk over the records."""
    return observable(tree, "risk", "theory")


def rises_and_falls(tree: xr.DataTree) -> xr.DataArray:
    """Where the law's course rises above its least so far and later falls, each by SEEN."""
    risk = course_of(tree)
    axis = risk.get_axis_num("record")
    risen = risk.values - np.minimum.accumulate(risk.values, axis=axis) > SEEN * risk.values
    later = np.flip(np.minimum.accumulate(np.flip(risk.values, axis), axis=axis), axis)
    falls = risk.values - later > SEEN * risk.values
    return risk.copy(data=risen & falls).any("record")
