"""Moments over replicas that physics asks for, with jackknife errors: susceptibility, Binder's
cumulant; their extrapolation to infinite size, and where curves of several sizes cross.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.errors import ToysimError

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 10  # replicas, below which a fourth moment says nothing
Array = npt.NDArray[Any]
Estimator = Callable[..., Any]


def susceptibility(draws: xr.DataArray, size: xr.DataArray | float) -> xr.Dataset:
    """N (<m^2> - <m>^2) over ``replica``, the variance with n - 1; jackknife errors."""
    return _estimated(draws, lambda m1, m2, m4, n: n / (n - 1) * (m2 - m1**2), 2, size)


def binder(draws: xr.DataArray) -> xr.Dataset:
    """1 - <m^4> / (3 <m^2>^2) over ``replica``: 0 for normal numbers around 0, 2/3 for two values
    of one size; jackknife errors. Raises ToysimError below ten replicas.
    """
    n = draws.sizes.get("replica", 1)
    if n < FEWEST:
        raise ToysimError(f"binder wants {FEWEST} replicas at least, {n} are there; sweep more")
    return _estimated(draws, lambda m1, m2, m4, n: 1.0 - m4 / (3.0 * m2**2), FEWEST)


def _estimated(
    draws: xr.DataArray, estimator: Estimator, fewest: int, factor: xr.DataArray | float = 1.0
) -> xr.Dataset:
    """``value``, its jackknife ``error`` and how many entered, ``count``; NaN below ``fewest``."""
    if "replica" not in draws.dims:
        raise ToysimError("there is one replica: a variance needs several; sweep more")
    n = draws.count("replica")
    powers = [draws**k for k in (1, 2, 4)]
    sums = [power.sum("replica") for power in powers]
    with np.errstate(invalid="ignore", divide="ignore"):
        value = estimator(*(s / n for s in sums), n)
        others = [(s - p) / (n - 1) for s, p in zip(sums, powers, strict=True)]
        left = estimator(*others, n - 1).where(draws.notnull())
        off = (left - left.mean("replica")) ** 2
        error = np.sqrt((n - 1) / n * off.sum("replica"))
    found = {"value": value * factor, "error": error * factor}
    enough = n >= max(fewest, 2)
    return _together({k: v.where(enough) for k, v in found.items()} | {"count": n})


def _together(found: dict[str, xr.DataArray]) -> xr.Dataset:
    """By their names; a parameter of such a name is a coordinate ``parameter_NAME``."""
    taken = {n: f"parameter_{n}" for n in found if n in found["value"].coords}
    return xr.Dataset({name: values.rename(taken) for name, values in found.items()})


def mean_and_error(draws: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over the replicas that are there (NaN left out) and its standard error, s / sqrt(n) with
    ddof = 1; NaN below two replicas.
    """
    n = draws.count("replica")
    with np.errstate(invalid="ignore", divide="ignore"):
        error = draws.std("replica", ddof=1).where(n > 1) / np.sqrt(n.where(n > 0))
    return draws.mean("replica"), error


def means(draws: xr.DataArray) -> xr.Dataset:
    """``value`` and ``error`` as in ``mean_and_error``, and ``count``."""
    value, error = mean_and_error(draws)
    return _together({"value": value, "error": error, "count": draws.count("replica")})


def extrapolated(found: xr.Dataset, size: str, power: float) -> xr.Dataset:
    """The limit a of a + b N^-power, by least squares weighted with ``error`` along the axis
    ``size``: ``value``, ``error``, ``slope``, ``chi2`` over its ``freedom``, and the ``count`` of
    replicas in all.
    """
    mean, error = found["value"], found["error"]
    if mean.sizes.get(size, 0) < 3:
        raise ToysimError(f"extrapolation wants three values of {size} at least")
    x, weight = mean[size].astype(float) ** -power, 1.0 / error**2
    s, sx, sy = (v.sum(size) for v in (weight, weight * x, weight * mean))
    sxx, sxy = ((weight * x * v).sum(size) for v in (x, mean))
    det = s * sxx - sx**2
    limit, slope = (sxx * sy - sx * sxy) / det, (s * sxy - sx * sy) / det
    chi2 = (weight * (mean - limit - slope * x) ** 2).sum(size)
    values = {"value": limit, "error": np.sqrt(sxx / det), "slope": slope, "chi2": chi2}
    counts = {"freedom": mean.count(size) - 2, "count": found["count"].sum(size)}
    return xr.Dataset(values | counts)


def refuse_other_dimensions(values: xr.DataArray, along: str, size: str) -> None:
    """Curves lie over one axis and one size."""
    if {*map(str, values.dims)} != {along, size}:
        told = ", ".join(map(str, values.dims))
        raise ToysimError(f"these are curves over {along} and {size}; there are: {told}")


def crossings(found: xr.Dataset, along: str, size: str) -> pd.DataFrame:
    """Where curves of neighbouring sizes cross, a row each: ``at`` by a straight line between the
    points around it, ``error`` from those of the four points, ``count`` of replicas at the least of
    these. Several crossings are several rows; a pair without any has none.
    """
    import pandas as pd

    refuse_other_dimensions(found["value"], along, size)
    x, sizes = found[along].values.astype(float), found[size].values
    y, e, n = (found[k].transpose(size, along).values for k in ("value", "error", "count"))
    rows = [
        {f"{size}_1": sizes[k], f"{size}_2": sizes[k + 1], **crossing}
        for k in range(len(sizes) - 1)
        for crossing in _crossings(
            x, y[k + 1] - y[k], np.hypot(e[k], e[k + 1]), np.minimum(n[k], n[k + 1])
        )
    ]
    return pd.DataFrame(rows, columns=[f"{size}_1", f"{size}_2", "at", "error", "count"])


def _crossings(x: Array, gap: Array, error: Array, count: Array) -> list[dict[str, float]]:
    """x* = (x_a d_b - x_b d_a) / (d_b - d_a) where the gap d changes its sign."""
    found = []
    for a in np.flatnonzero(gap[:-1] * gap[1:] < 0.0):
        step, rise = x[a + 1] - x[a], gap[a + 1] - gap[a]
        by_left, by_right = gap[a + 1] * step / rise**2, gap[a] * step / rise**2
        at = x[a] - gap[a] * step / rise
        off = np.hypot(by_left * error[a], by_right * error[a + 1])
        fewest = int(count[a : a + 2].min())
        found.append({"at": float(at), "error": float(off), "count": fewest})
    return found
