"""Data collapse: curves of several sizes N lie on one, y N^height over (x - critical) N^width, with
the three numbers fitted and their errors from a jackknife over replicas.

Between points a curve is a straight line: points lie so close that it bends by less than an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.errors import ToysimError
from toysim.store.moments import FEWEST, refuse_other_dimensions

Array = npt.NDArray[np.float64]
FITTED = ("critical", "width", "height")
FEWEST_SIZES = 3
GROUPS = 20  # of replicas, each left out once
WIDTHS = (0.25, 0.5, 1.0)  # that a fit starts from
OVERLAP = 0.5  # of all points at least lie between those of another size


@dataclass(frozen=True)
class Curves:
    """Values (n_sizes, n_x) with their errors; points without either are NaN."""

    x: Array
    sizes: Array
    y: Array
    error: Array

    def scaled(self, critical: float, width: float, height: float) -> tuple[Array, Array, Array]:
        """x, y and errors as they should lie on one curve; sizes count from the smallest one, so
        that a fit does not mix its numbers.
        """
        size = (self.sizes / self.sizes.min())[:, None]
        up = size**height
        return (self.x - critical) * size**width, self.y * up, self.error * up

    def misfit(self, critical: float, width: float, height: float) -> float:
        """Mean squared distance, in errors, of each point from the straight line between the points
        around it of each other size; infinite where too few points have such neighbours.
        """
        x, y, error = self.scaled(critical, width, height)
        there = np.isfinite(y) & (error > 0.0)
        curves = [(x[k][m], y[k][m], error[k][m]) for k, m in enumerate(there)]
        off = np.concatenate([_distances(one, other) for one, other in permutations(curves, 2)])
        pairs = there.sum() * (len(curves) - 1)
        return float(np.mean(off**2)) if len(off) > OVERLAP * pairs else np.inf


def _distances(one: tuple[Array, ...], other: tuple[Array, ...]) -> Array:
    """Of the points of one curve from another curve, in errors, where it goes on both sides."""
    x, y, error = other
    if len(x) < 2:
        return np.empty(0)
    inside = (one[0] >= x[0]) & (one[0] <= x[-1])
    at, value, own = (column[inside] for column in one)
    k = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    share = (at - x[k]) / (x[k + 1] - x[k])
    line = (1 - share) * y[k] + share * y[k + 1]
    spread = own**2 + ((1 - share) * error[k]) ** 2 + (share * error[k + 1]) ** 2
    return np.asarray((value - line) / np.sqrt(spread))


def collapse(
    draws: xr.DataArray,
    estimate: Callable[[xr.DataArray], xr.Dataset],
    along: str,
    size: str,
    given: Mapping[str, float],
) -> xr.Dataset:
    """The collapse of what ``estimate`` makes of ``draws``; numbers in ``given`` are not fitted.

    ``value`` and ``error`` by ``fitted`` (critical, width, height); ``chi2``, the mean squared
    distance between curves in errors, near 1 where they are one; ``count`` of replicas; and
    ``scaled_x``, ``scaled_y``, ``scaled_error`` to draw.
    Raises ToysimError below three sizes or ten replicas, and where no collapse lies in the data.
    """
    n = draws.sizes.get("replica", 1)
    if n < FEWEST:
        raise ToysimError(f"a collapse wants {FEWEST} replicas at least, {n} are there; sweep more")
    curves = _curves(estimate(draws), along, size)
    best = _fitted(curves, given, _starts(curves, given))
    groups = np.arange(n) % min(GROUPS, n)
    left = [draws.isel(replica=np.flatnonzero(groups != g)) for g in range(groups.max() + 1)]
    others = [_fitted(_curves(estimate(part), along, size), given, [best]) for part in left]
    error = np.sqrt((len(left) - 1) * np.var(others, axis=0))
    lines = zip(("scaled_x", "scaled_y", "scaled_error"), curves.scaled(*best), strict=True)
    return xr.Dataset(
        {
            "value": ("fitted", best),
            "error": ("fitted", error),
            "chi2": curves.misfit(*best),
            "count": n,
            **{name: ((size, along), values) for name, values in lines},
        },
        {"fitted": list(FITTED), size: curves.sizes, along: curves.x},
    )


def _curves(found: xr.Dataset, along: str, size: str) -> Curves:
    refuse_other_dimensions(found["value"], along, size)
    if found.sizes[size] < FEWEST_SIZES:
        told = f"{found.sizes[size]} are there"
        raise ToysimError(f"a collapse wants {FEWEST_SIZES} values of {size} at least, {told}")
    found = found.sortby([along, size])
    y, error = (found[name].transpose(size, along).values for name in ("value", "error"))
    return Curves(found[along].values.astype(float), found[size].values.astype(float), y, error)


def _starts(curves: Curves, given: Mapping[str, float]) -> list[Array]:
    usual = (tuple(np.quantile(curves.x, (0.25, 0.5, 0.75))), WIDTHS, (0.0,))
    ranges = [
        (given[name],) if name in given else values
        for name, values in zip(FITTED, usual, strict=True)
    ]
    return [np.array(start, float) for start in product(*ranges)]


def _fitted(curves: Curves, given: Mapping[str, float], starts: list[Array]) -> Array:
    """The numbers of least misfit, from the best of some starts."""
    from scipy.optimize import minimize

    free = [k for k, name in enumerate(FITTED) if name not in given]
    if not free:
        return starts[0]
    step = np.array([0.05 * np.ptp(curves.x), 0.1, 0.1])[free]

    def full(start: Array, moved: Array) -> Array:
        values = start.copy()
        values[free] += moved * step
        return values

    fits = []
    for start in starts:
        simplex = np.concatenate([np.zeros((1, len(free))), np.eye(len(free))])
        options = {"initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-4, "maxiter": 400}
        with np.errstate(all="ignore"):
            fit = minimize(
                lambda moved, start=start: curves.misfit(*full(start, moved)),
                simplex[0],
                method="Nelder-Mead",
                options=options,
            )
        fits.append((float(fit.fun), full(start, fit.x)))
    misfit, best = min(fits, key=lambda found: found[0])
    if not np.isfinite(misfit) or not curves.x[0] <= best[0] <= curves.x[-1]:
        raise ToysimError(
            f"no collapse between {curves.x[0]:g} and {curves.x[-1]:g}: curves of different sizes "
            f"hardly overlap when scaled; sweep around the transition, or hold a number"
        )
    return best
