"""What a picture reads off a sweep's data: the draws that count, and words for axes and panels."""

from __future__ import annotations

from typing import Any

import xarray as xr

from toysim.shown import shown
from toysim.typeset import typeset


def first_side(tree: xr.DataTree) -> xr.Dataset:
    return next(tree[side].to_dataset() for side in ("simulation", "theory") if side in tree)


def draws_of(ds: xr.Dataset, name: str) -> xr.DataArray:
    """Runs that ended well; the dimension of replicas is there."""
    well = (ds["state"] == 1) & (ds["status"] == 0)
    return ds[name].astype(float).where(well)


def label(ds: xr.Dataset, name: str) -> str:
    unit = ds[name].attrs.get("units", "1")
    return name if unit == "1" else f"{name} [{unit}]"


def x_label(ds: xr.Dataset, dim: str) -> str:
    """Name, symbol and unit of an axis; the clock's of a course."""
    clock = [n for n, c in ds.coords.items() if n != dim and c.dims[-1:] == (dim,)]
    name = str(clock[0]) if dim == "record" and clock else dim
    if name not in ds.coords:
        return name
    symbol = ds[name].attrs.get("symbol", "")
    return label(ds, name) if symbol in ("", name) else f"{label(ds, name)}, {typeset(symbol)}"


def title(ds: xr.Dataset, name: str, at: dict[Any, int]) -> str:
    """What is the same in a whole panel."""
    told = [f"{dim} = {level(ds, dim, k)}" for dim, k in at.items()]
    return ", ".join(filter(None, [name, *told]))


def level(ds: xr.Dataset, dim: Any, k: int) -> str:
    return shown(ds[dim].values[k].item()) if dim in ds.coords else str(k)
