"""Reading the sweeps of abrupt in-context learning."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.drawing import observable


def clock(tree: xr.DataTree) -> npt.NDArray[np.float64]:
    """Times (R,) of the records, where they are the same in every cell."""
    time = observable(tree, "time").values
    found: npt.NDArray[np.float64] = time.reshape(-1, time.shape[-1])[0]
    return found
