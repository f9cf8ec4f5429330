"""The law L0 + A S1^-alpha - C S2 of arXiv:2408.11029, fitted and held against other schedules.

S1 is the sum of the rates so far. S2 sums what the rate has fallen, discounted by lambda; the fit
goes to lambda = 0, where it is the fall since the first update.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.optimize import least_squares

from toysim.papers.reading import observable, parameter

Array = npt.NDArray[np.float64]

FITTED = ("constant", "cosine")
DROPPED = 200  # first updates


def losses(tree: xr.DataTree, schedule: str, total: bool) -> Array:
    """Exact losses after DROPPED updates and more."""
    loss = observable(tree, "loss", "theory").sel(schedule=schedule).values[DROPPED:]
    return np.asarray(loss + 0.5 * parameter(tree, "label_noise") * total)


def areas(tree: xr.DataTree, schedule: str) -> tuple[Array, Array]:
    """S1 and S2 at the same updates."""
    rate = observable(tree, "rate").sel(schedule=schedule).values
    passed = np.append(0.0, np.cumsum(rate[:-1]))
    fallen = rate[0] - np.append(rate[0], rate[:-1])
    return passed[DROPPED:], fallen[DROPPED:]


def law(unknowns: Array, s1: Array, s2: Array) -> Array:
    """L0 + A S1^-alpha - C S2 with L0, A and alpha above 0."""
    level, size, power = np.exp(unknowns[:3])
    return np.asarray(level + size * s1**-power - unknowns[3] * s2)


def fitted(tree: xr.DataTree, total: bool) -> Array:
    """L0, A, alpha by their logarithms, and C, of the least squares of the log loss."""
    seen = [(*areas(tree, s), losses(tree, s, total)) for s in FITTED]
    s1, s2, loss = (np.concatenate(part) for part in zip(*seen, strict=True))

    def miss(unknowns: Array) -> Array:
        return np.asarray(np.log(np.maximum(law(unknowns, s1, s2), 1e-12) / loss))

    start = np.array([np.log(loss.min()), np.log(0.4), np.log(0.7), 0.05])
    return np.asarray(least_squares(miss, start).x)


def others(tree: xr.DataTree) -> list[str]:
    """Schedules that the law was not fitted on."""
    return [s for s in schedules(tree) if s not in FITTED]


def schedules(tree: xr.DataTree) -> list[str]:
    """All of the sweep."""
    return [str(s) for s in observable(tree, "loss", "theory")["schedule"].values]


def mean_errors(tree: xr.DataTree, total: bool) -> list[float]:
    """Mean relative error of the law on every other schedule."""
    unknowns = fitted(tree, total)
    return [
        float(np.mean(np.abs(law(unknowns, *areas(tree, s)) / losses(tree, s, total) - 1.0)))
        for s in others(tree)
    ]
