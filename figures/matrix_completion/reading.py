"""Reading the sweeps of matrix completion: observables along the switch times T_c and the sweep's
own axis.
"""

from __future__ import annotations

from string import Formatter

import xarray as xr

from toysim.papers.reading import parameter


def observed(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable of one side; its dimension ``switch``, if any, carries the switch times."""
    ds = tree[side].to_dataset()
    values = ds[name]
    if "switch" not in values.dims:
        return values
    return values.assign_coords(switch=ds["switch_times"].values)


def damage(tree: xr.DataTree) -> xr.DataArray:
    """Final test loss with a deficit less that without: the paper's relative test loss with its
    sign turned.
    """
    return -observed(tree, "relative_test_loss")


def late(tree: xr.DataTree) -> xr.DataArray:
    """Damage by the longest deficit, every draw."""
    return damage(tree).isel(switch=-1)


def median(values: xr.DataArray) -> xr.DataArray:
    """Median over the draws."""
    return values.median("replica")


def without_deficit(tree: xr.DataTree, name: str = "final_test_loss") -> xr.DataArray:
    """An observable at the end of the run that has the second data from the start."""
    return observed(tree, name).isel(switch=0)


def told(tree: xr.DataTree, text: str) -> str:
    """A text with the values of the sweep's fixed parameters that it names: ``rank {rank}``."""
    names = [name for _, name, _, _ in Formatter().parse(text) if name]
    return text.format(**{name: parameter(tree, name) for name in names})
