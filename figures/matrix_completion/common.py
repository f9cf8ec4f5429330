"""Reading the sweeps of matrix completion: observables along the switch times T_c and the sweep's
own axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr


def observed(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable of one side; its dimension ``switch``, if it has it, carries the switch
    times.
    """
    ds = tree[side].to_dataset()
    values = ds[name]
    return (
        values.assign_coords(switch=ds["switch_times"].values)
        if "switch" in values.dims
        else values
    )


def damage(tree: xr.DataTree) -> xr.DataArray:
    """Final test loss with a deficit less that without: the paper's relative test loss with its
    sign turned.
    """
    return -observed(tree, "relative_test_loss")


def median(values: xr.DataArray) -> xr.DataArray:
    """Median over the draws."""
    return values.median("replica")


def listed(values: Any, digits: int = 3) -> str:
    """Numbers in a row; below 0.001 with an exponent."""
    return ", ".join(
        f"{v:.{digits}f}" if abs(v) >= 1e-3 or v == 0 else f"{v:.1e}" for v in np.ravel(values)
    )
