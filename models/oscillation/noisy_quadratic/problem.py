"""What a row is given: the spectra of its curvature and of its gradient noise, and its start."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]


# Both sides take the spectra from here, so comparing them does not check them: the tests do.
def spectra(batch: Batch) -> tuple[Array, Array]:
    """Curvatures h_i and noise variances c_i, both (n_rows, n_modes): as given, or i^-p and
    c i^-q.
    """
    i = np.arange(1.0, int(batch["n_modes"][0]) + 1.0)
    h, c = batch["curvatures"], batch["noises"]
    if not h.size:
        h = i ** -batch["curvature_power"][:, None]
    if not c.size:
        c = batch["noise"][:, None] * i ** -batch["noise_power"][:, None]
    return h, c


def starts(batch: Batch) -> Array:
    """theta (n_rows, n_modes) at the start, a copy: as given, or one number for all modes."""
    given = batch["starts"]
    one = np.repeat(batch["start"][:, None], int(batch["n_modes"][0]), axis=1)
    return given.copy() if given.size else one
