"""Reading sweeps over facts: exponents, lines in the logarithm of time, retention."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable, parameter

Array = npt.NDArray[np.float64]

POINTS = 30  # even in log t, from 10 to 1000


class Fits(NamedTuple):
    """Of the recall over log t: exponent of the power, R^2 of power and line, the line's slope and
    level.
    """

    exponent: float
    power: float
    line: float
    slope: float
    level: float


def fitted_at(n_records: int) -> npt.NDArray[np.int64]:
    """Updates at which laws are fitted."""
    return np.unique(np.geomspace(10, n_records - 1, POINTS).round().astype(int))


def fits(recall: Array) -> Fits:
    """Power and line through the recall (T + 1,) after every update."""
    t = fitted_at(len(recall))
    x, y = np.log(t), recall[t]
    exponent, level = np.polyfit(x, np.log(y), 1)
    line = np.polyfit(x, y, 1)
    power = determined(np.log(y), exponent * x + level)
    return Fits(exponent, power, determined(y, line[0] * x + line[1]), *line)


def determined(y: Array, fit: Array) -> float:
    """R^2."""
    return float(1.0 - np.sum((y - fit) ** 2) / np.sum((y - y.mean()) ** 2))


def forgetting_exponent(tree: xr.DataTree) -> Array:
    """q = (b - 1)/a of the cells."""
    b = observable(tree, "recall", "theory")["fact_exponent"].values
    return np.asarray((b - 1.0) / parameter(tree, "capacity_exponent"))


def kept(tree: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Share of the memory just after the injections that is left at the end, and its standard
    error, by core and presentation.
    """
    memory = observable(tree, "memory").isel(record=0, drop=True)
    mean, n = memory.mean("replica"), memory.sizes["replica"]
    relative = memory.std("replica", ddof=1) / np.sqrt(n) / mean
    early, late = (mean.isel(n_steps=k, drop=True) for k in (0, 1))
    share = late / early
    return share, share * np.sqrt((relative**2).sum("n_steps"))


def of_way(values: xr.DataArray, batch: int, rate: float, steps: int) -> xr.DataArray:
    """The setting of a sweep over batches."""
    chosen = (
        (values["batch"] == batch)
        & np.isclose(values["learning_rate"], rate)
        & (values["n_steps"] == steps)
    )
    return values.isel(way=int(np.argmax(chosen.values)))


def log_line(recall: xr.DataArray) -> xr.DataArray:
    """A line in log t in place of a law of records t = 0, 1, ..."""
    t = xr.DataArray(np.arange(recall.sizes["record"]), dims="record")
    return 0.0 * recall + 0.9 - 0.12 * np.log(np.maximum(t, 1))
