"""Reading the sweeps of scaling laws."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.papers.reading import observable, parameter


def excess(kernel: xr.DataTree) -> xr.DataArray:
    """Test loss at the best penalty above the labels' noise."""
    noise: float = parameter(kernel, "label_noise")
    return observable(kernel, "best_test_loss", "theory") - noise


def slopes(loss: xr.DataArray) -> xr.DataArray:
    """Local exponents between neighbouring numbers of samples."""
    log_n: xr.DataArray = xr.apply_ufunc(np.log, loss["n_samples"].astype(float))
    log_loss: xr.DataArray = xr.apply_ufunc(np.log, loss)
    return log_loss.diff("n_samples") / log_n.diff("n_samples")
