"""Reading the sweeps of scaling laws."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.papers.reading import observable, parameter


def excess(kernel: xr.DataTree) -> xr.DataArray:
    """Test loss at the best penalty above the labels' noise."""
    return observable(kernel, "best_test_loss", "theory") - parameter(kernel, "label_noise")


def slopes(loss: xr.DataArray) -> xr.DataArray:
    """Local exponents between neighbouring numbers of samples."""
    log_n = np.log(loss["n_samples"].astype(float))
    return np.log(loss).diff("n_samples") / log_n.diff("n_samples")
