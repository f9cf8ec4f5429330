"""Reading sweeps over rates and batches: steps to a loss, and the hyperbola they lie on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.optimize import least_squares

from toysim.papers.reading import observable, parameter

Array = npt.NDArray[np.float64]

JUDGED = 0.03  # target at which the two kinds of runs are held together


class Hyperbola(NamedTuple):
    """S = S_min (1 + B_c/B): its numbers, and the largest relative distance from it."""

    least: float
    critical: float
    missed: float

    def steps(self, batch: Array) -> Array:
        return np.asarray(self.least * (1.0 + self.critical / batch))


def hyperbola(batch: Array, steps: Array) -> Hyperbola:
    """Least squares of the logarithm."""

    def curve(unknowns: Array) -> Array:
        least, critical = np.exp(unknowns)
        return np.asarray(least * (1.0 + critical / batch))

    start = np.log([steps.min(), steps.max() / steps.min()])
    found = least_squares(lambda u: np.log(curve(u) / steps), start).x
    missed = float(np.max(np.abs(steps / curve(found) - 1.0)))
    return Hyperbola(float(np.exp(found[0])), float(np.exp(found[1])), missed)


def steps_to_target(tree: xr.DataTree) -> xr.DataArray:
    """Fewest updates to each target at the best constant rate (target, batch_size)."""
    steps = observable(tree, "steps_to_target", "theory").min("learning_rate")
    return steps.sortby("batch_size").sortby("target", ascending=False).transpose("target", ...)


def best_steps(tree: xr.DataTree, target: float) -> Array:
    """Updates that the best schedule needs (batch_size,), between budgets by logarithms."""
    loss = observable(tree, "final_loss", "theory").sortby("n_steps").sortby("batch_size")
    log_steps = np.log(loss["n_steps"].values)
    columns = loss.transpose("batch_size", "n_steps").values
    at = [np.interp(-np.log(target), -np.log(column), log_steps) for column in columns]
    return np.asarray(np.exp(np.array(at)))


def bounded(tree: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Final loss, at most that of the start, and the loss of the start."""
    start = observable(tree, "loss", "theory").isel(record=0)
    loss = observable(tree, "final_loss", "theory")
    return loss.where(loss < start, start), start


def sensitivity(tree: xr.DataTree) -> xr.DataArray:
    """Mean over all peaks of the loss above the best, by warm-up and batch."""
    loss, _ = bounded(tree)
    found = (loss - loss.min("learning_rate")).mean("learning_rate")
    return found.sortby("warmup_steps").transpose("batch_size", "warmup_steps")


def peak_of_no_gain(tree: xr.DataTree) -> float:
    """Peak above which a run without warm-up ends no lower than it began, at B = 1, between peaks
    of the grid (12 % apart: .66 for .677 with 16 modes).
    """
    at = {"warmup_steps": 0, "batch_size": 1}
    loss = observable(tree, "final_loss", "theory").sel(at).sortby("learning_rate")
    start = observable(tree, "loss", "theory").isel(record=0).sel(at).values
    ratio = np.log(loss.values / start)
    first = int(np.argmax(~(ratio < 0.0)))
    rate = np.log(loss["learning_rate"].values)
    if not np.isfinite(ratio[first]):
        return float(np.exp(rate[first]))
    share = -ratio[first - 1] / (ratio[first] - ratio[first - 1])
    return float(np.exp(rate[first - 1] + share * (rate[first] - rate[first - 1])))


def stable_rates(tree: xr.DataTree) -> xr.DataArray:
    """Largest mean-square stable eta/(1 - beta), by momentum and batch size."""
    share = observable(tree, "share_of_limit", "theory")
    stable: xr.DataArray = parameter(tree, "learning_rate") / share / (1.0 - share["momentum"])
    return stable.transpose("momentum", "batch_size").sortby("batch_size").sortby("momentum")
