"""What a row is given: the spectra of its curvature and of its gradient noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]


# Both sides take the spectra from here, so comparing them does not check them: the tests do.
def spectra(batch: Batch) -> tuple[Array, Array]:
    """Curvatures h_i = i^-p and noise variances c_i = c i^-q, both (n_rows, n_modes)."""
    i = np.arange(1.0, int(batch["n_modes"][0]) + 1.0)
    h = i ** -batch["curvature_power"][:, None]
    return h, batch["noise"][:, None] * i ** -batch["noise_power"][:, None]
