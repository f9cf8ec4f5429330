"""Power laws of the features' variance and of the signal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def spectrum(n_modes: int, capacity: float, signal: float) -> tuple[Array, Array]:
    """Variances h_i = i^-a and signals c_i = h_i w*_i^2 = i^-b, both (n_modes,)."""
    i = np.arange(1.0, n_modes + 1.0)
    return i**-capacity, i**-signal
