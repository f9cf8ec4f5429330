"""Reading the sweeps of effective learning rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.outcomes import Status
from toysim.papers.reading import mean_and_error, observable, parameter, runs

Array = npt.NDArray[np.float64]

# The learners of the zipped axes, by the parameters that tell them apart.
LEARNERS: dict[str, dict[str, Any]] = {
    "projected": {"norm": "project"},
    "plain": {"normalised": False},
    "coupled": {"decay": 0.05, "decay_kind": "coupled"},
    "none": {"norm": "grow", "normalised": True, "decay": 0.0},
    "independent": {"decay_kind": "independent"},
}
OF_TASKS: dict[str, dict[str, Any]] = {
    "no projection": {"norm": "grow", "decay": 0.0},
    "projected": {"norm": "project"},
    "coupled decay": {"decay": 0.1},
}
SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {"norm": "project", "schedule": "constant"},
    "implicit": {"norm": "grow"},
    "greedy": {"schedule": "greedy"},
}
START = {"plain": 0.5}  # excess before training; 1 behind the normalisation


def in_order(values: xr.DataArray, learners: Mapping[str, Mapping[str, Any]]) -> xr.DataArray:
    """Values with their learners named, in the order given; an axis of a sweep is sorted."""
    places = [place(values, told) for told in learners.values()]
    chosen = values.isel(learner=places).drop_vars(["learner", *_zipped(values)], errors="ignore")
    return chosen.assign_coords(learner=list(learners))


def place(values: xr.DataArray, told: Mapping[str, Any]) -> int:
    """Where on the axis a learner stands."""
    match = [np.asarray(values[name].values == value) for name, value in told.items()]
    return int(np.flatnonzero(np.all(match, axis=0))[0])


def _zipped(values: xr.DataArray) -> list[str]:
    return [str(name) for name, c in values.coords.items() if c.dims == ("learner",)]


def times(tree: xr.DataTree) -> Array:
    """Updates over d of the records."""
    update = observable(tree, "update")
    update = update.isel({dim: 0 for dim in update.dims if dim != "record"})
    return np.asarray(update.values / float(parameter(tree, "dimension")))


def growth(tree: xr.DataTree) -> tuple[Array, Array]:
    """Growth of 1/lambda^2 between the second record and the end over 2 int S, by trapezoids; slope
    of ln lambda against ln tau over the last three quarters.
    """
    t = times(tree)
    rate = observable(tree, "effective_rate").mean("replica").values
    s = 2.0 * observable(tree, "excess_loss").mean("replica").values + parameter(tree, "noise")
    law = 2.0 * np.trapezoid(s[:, 1:], t[1:], axis=1)
    late = t >= 0.25 * t[-1]
    slope = np.polyfit(np.log(t[late]), np.log(rate[:, late]).T, 1)[0]
    return (rate[:, -1] ** -2 - rate[:, 1] ** -2) / law, slope


def excess(tree: xr.DataTree) -> tuple[Array, Array]:
    """Means and errors of the excess at the end."""
    mean, error = mean_and_error(in_order(observable(tree, "final_excess"), SCHEDULES))
    return mean.values, error.values


def ends(tree: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Excess of every run at the end, by learner, and its start; infinite where it diverged."""
    status = runs(tree, "status")
    final = runs(tree, "final_excess").where(status == Status.OK, np.inf)
    start = xr.DataArray([START.get(name, 1.0) for name in LEARNERS], dims="learner")
    return in_order(final, LEARNERS), start


def capped(tree: xr.DataTree) -> xr.DataArray:
    """Mean excess at the end, at most that of the start; a run that diverged counts as it."""
    final, start = ends(tree)
    return final.clip(max=start).mean("replica").transpose("learner", "dimension", "rate")


def sensitivities(tree: xr.DataTree) -> xr.DataArray:
    """Mean over rates of the excess above the best rate's."""
    final = capped(tree)
    return (final - final.min("rate")).mean("rate")


def diverged(tree: xr.DataTree) -> xr.DataArray:
    """Where most runs diverged or ended above their start."""
    final, start = ends(tree)
    return (final > start).mean("replica") > 0.5
