"""Reading the sweeps of this paper: sides as arrays over (depth, ...), pathways by letter; and the
marks that its figures share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import xarray as xr

from toysim.paper import listed
from toysim.papers.reading import observable

A, B = 0, 1  # pathway a is open throughout, b is the deprived one
EARLY, LATE = 0, 1  # entries of the dimension ``timing``
STANDARD_ERRORS = 5.0  # a mean this far off is another


def end(tree: xr.DataTree, side: str, name: str, pathway: int | None = None) -> xr.DataArray:
    """An observable of one side, of one pathway if one is chosen."""
    values = observable(tree, name, side)
    return values if pathway is None else values.sel(pathway=pathway, drop=True)


def sides(tree: xr.DataTree, name: str, pathway: int | None = None) -> Iterator[xr.DataArray]:
    """An observable of the simulation, and the theory's."""
    return (end(tree, side, name, pathway) for side in ("simulation", "theory"))


def off_theory(tree: xr.DataTree, name: str, pathway: int | None = None) -> xr.DataArray:
    """Distance of an observable from its theory."""
    simulated, law = sides(tree, name, pathway)
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


def points(axes: Any, x: Any, y: Any, tag: str, **look: Any) -> None:
    """Simulated values as open circles; ``tag`` names the curve in the picture's source."""
    axes.plot(x, y, "o", ms=3, mfc="none", gid=f"simulation:{tag}", **look)


def line(axes: Any, x: Any, y: Any, tag: str, **look: Any) -> None:
    """The theory's values as a line."""
    axes.plot(x, y, "-", gid=f"theory:{tag}", **look)
