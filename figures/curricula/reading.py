"""Reading the sweeps of curricula."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.papers.reading import mean_and_error, observable, runs

CLEAR = 5.0  # standard errors
# Places along ``how``, whose levels are sorted by the order's name and then by the profile.
CYCLES = {"cyclical": 0, "mixed": 1, "sorted": 2, "constant": 3}


def end(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable at the last record."""
    return observable(tree, name, side).isel(record=-1)


def changed(values: xr.DataArray, along: str, of: Any, factor: float = 1.0, by: float = 0.0) -> Any:
    """The values with those at the places ``of`` of a dimension times ``factor`` plus ``by``."""
    found = values.copy(deep=True)
    at = {along: [of]} if isinstance(of, int) else {along: of}
    found[at] = found[at] * factor + by
    return found


def cyclical(values: xr.DataArray, factor: float = 1.0, by: float = 0.0) -> Any:
    """The values of the cyclical order changed so."""
    return changed(values, "how", CYCLES["cyclical"], factor, by)


def place(values: xr.DataArray, along: str, name: str) -> int:
    """Where a choice stands along its axis."""
    return [str(v) for v in values[along].values].index(name)


def swapped(values: xr.DataArray, along: str, one: str, other: str) -> Any:
    """The values of two choices exchanged."""
    places = list(range(values.sizes[along]))
    i, j = place(values, along, one), place(values, along, other)
    places[i], places[j] = j, i
    return values.values.take(places, axis=values.get_axis_num(along))


def flipped(values: xr.DataArray, along: str) -> Any:
    """Reversed along a dimension."""
    return np.flip(values.values, values.get_axis_num(along))


def paired(draws: xr.DataArray, along: str, one: Any, other: Any) -> tuple[xr.DataArray, Any]:
    """Mean and standard error of the difference of two places of ``along``, replica by replica."""
    return mean_and_error(draws.isel({along: one}) - draws.isel({along: other}))


def apart(draws: xr.DataArray, along: str, one: int, other: int) -> tuple[Any, Any]:
    """The same of independent runs."""
    mean, error = mean_and_error(draws)
    square = error.isel({along: one}) ** 2 + error.isel({along: other}) ** 2
    return mean.isel({along: one}) - mean.isel({along: other}), np.sqrt(square)


def near(tree: xr.DataTree, name: str, allowed: float = 0.0) -> xr.DataArray:
    """Where means at the end lie within five standard errors (and ``allowed``) of theory."""
    mean, error = mean_and_error(last(runs(tree, name)))
    exact = last(observable(tree, name, "theory"))
    return abs(mean - exact) <= CLEAR * error + allowed + 1e-12


def last(values: xr.DataArray) -> xr.DataArray:
    """At the last record, where there are records."""
    return values.isel(record=-1) if "record" in values.dims else values
