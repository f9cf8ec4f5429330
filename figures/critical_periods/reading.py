"""Reading the sweeps of this paper: sides as arrays over (depth, ...), pathways by letter."""

from __future__ import annotations

from typing import Any

import xarray as xr

from toysim.paper import listed
from toysim.papers.reading import observable, sides

A, B = 0, 1  # pathway a is open throughout, b is the deprived one
EARLY, LATE = 0, 1  # entries of the dimension ``timing``
STANDARD_ERRORS = 5.0  # a mean this far off is another


def end(tree: xr.DataTree, side: str, name: str, pathway: int | None = None) -> xr.DataArray:
    """An observable of one side, of one pathway if one is chosen."""
    values = observable(tree, name, side)
    return values if pathway is None else values.sel(pathway=pathway, drop=True)


def off_theory(tree: xr.DataTree, name: str, **at: Any) -> xr.DataArray:
    """Distance of an observable from its theory."""
    simulated, law = sides(tree, name, **at)
    return abs(simulated - law)


def depths(tree: xr.DataTree) -> list[int]:
    """The depths swept."""
    return [int(d) for d in end(tree, "simulation", "depth").values]


def at_depths(tree: xr.DataTree) -> str:
    """The depths swept, as the names of numbers say them."""
    return f"at depths {listed(depths(tree), 'd')}"


def first(values: xr.DataArray) -> xr.DataArray:
    """The first draw of what may be the same in every draw."""
    return values.isel(replica=0) if "replica" in values.dims else values
