"""Reading the sweeps of this paper: sides as arrays over (depth, ...), pathways by letter."""

from __future__ import annotations

import xarray as xr

from toysim.papers.reading import observable

A, B = 0, 1  # pathway a is open throughout, b is the deprived one
EARLY, LATE = 0, 1  # entries of the dimension ``timing``


def end(tree: xr.DataTree, side: str, name: str, pathway: int | None = None) -> xr.DataArray:
    """An observable of one side, of one pathway if one is chosen."""
    values = observable(tree, name, side)
    return values if pathway is None else values.sel(pathway=pathway, drop=True)


def depths(tree: xr.DataTree) -> list[int]:
    """The depths swept."""
    return [int(d) for d in end(tree, "simulation", "depth").values]


def first(values: xr.DataArray) -> xr.DataArray:
    """The first draw of what may be the same in every draw."""
    return values.isel(replica=0) if "replica" in values.dims else values
