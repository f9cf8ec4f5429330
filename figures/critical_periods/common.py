"""Reading the sweeps of this paper: sides as arrays over (depth, ...), pathways by letter."""

from __future__ import annotations

import xarray as xr

A, B = 0, 1  # pathway a is open throughout, b is the deprived one
EARLY, LATE = 0, 1  # entries of the dimension ``timing``


def end(tree: xr.DataTree, side: str, name: str, pathway: int | None = None) -> xr.DataArray:
    """An observable of one side; a single replica's dimension is dropped, as is the pathway's if one is chosen."""
    values = tree[side].to_dataset()[name]
    if values.sizes.get("replica") == 1:
        values = values.squeeze("replica", drop=True)
    return values if pathway is None else values.sel(pathway=pathway, drop=True)


def depths(tree: xr.DataTree) -> list[int]:
    """The depths swept."""
    return [int(d) for d in end(tree, "simulation", "depth").values]


def parameter(tree: xr.DataTree, name: str) -> float:
    """The value of a parameter that the sweep keeps fixed."""
    return float(tree["simulation"][name])
