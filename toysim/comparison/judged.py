"""What was judged, as data: ``/comparison`` of a store."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.comparison.realised import at_realised
from toysim.comparison.tolerances import Measured, measured
from toysim.model import Observable
from toysim.store.schema import labelled
from toysim.store.sides import Sides


def comparison_dataset(tree: xr.DataTree) -> xr.Dataset:
    """Of every observable on the grid: the difference from theory that was judged, the tolerance it
    was held to, and the standard error where there is one. NaN where nothing was judged.
    """
    sides, theory = at_realised(Sides.of(tree)), tree["theory"].to_dataset()
    data: dict[str, xr.Variable] = {}
    for o in sides.model.observables:
        if o.name in sides.theory and o.name in sides.simulation:
            data |= _of_observable(sides, o, measured(sides, o))
    return xr.Dataset(data, _coordinates(sides, theory, tree["simulation"].to_dataset()))


def _of_observable(sides: Sides, o: Observable, found: Measured) -> dict[str, xr.Variable]:
    theory, valid = sides.theory_at(o, found.rows)
    inside = valid.reshape(-1, *[1] * (theory.ndim - 1))
    difference = np.where(inside, found.value - theory, np.nan)
    tolerance = np.where(inside & np.isfinite(found.tolerance), found.tolerance, np.nan)
    numbers = {
        o.name: (difference, f"simulation - theory: {o.long_name}"),
        f"{o.name}_tolerance": (tolerance, f"tolerance: {o.long_name}"),
    }
    if sides.model.of_means:
        error = np.where(np.isfinite(found.error), found.error, np.nan)
        numbers[f"{o.name}_standard_error"] = (error, f"standard error: {o.long_name}")
    return {
        name: xr.Variable(
            (*_lead(sides), *o.dims),
            _scattered(sides, found.rows, values),
            labelled(name, text, o.unit),
        )
        for name, (values, text) in numbers.items()
    }


def _lead(sides: Sides) -> tuple[str, ...]:
    return sides.dims if sides.model.of_means else (*sides.dims, "replica")


def _scattered(
    sides: Sides, rows: npt.NDArray[Any], values: npt.NDArray[Any]
) -> npt.NDArray[np.float64]:
    """Rows put back on the grid."""
    of_means = sides.model.of_means
    place = rows // sides.n_replicas if of_means else rows
    shape = sides.shape if of_means else (*sides.shape, sides.n_replicas)
    grid = np.full((int(np.prod(shape, dtype=np.int64)), *values.shape[1:]), np.nan)
    grid[place] = values
    return grid.reshape((*shape, *values.shape[1:]))


def _coordinates(sides: Sides, theory: xr.Dataset, simulation: xr.Dataset) -> dict[str, Any]:
    """Those of theory, and the replicas' where every replica is judged."""
    coords: dict[str, Any] = {str(name): value for name, value in theory.coords.items()}
    if not sides.model.of_means:
        coords["replica"] = simulation.coords["replica"]
    return coords
