"""Epochs at which the learners are recorded."""

import numpy as np
import numpy.typing as npt


def record_epochs(n_epochs: int, n_records: int) -> npt.NDArray[np.int64]:
    """Epochs (R,) evenly over [0, n_epochs], to the nearest, both ends included; the end alone if R
    = 1.
    """
    fractions = np.linspace(0.0, 1.0, n_records) if n_records != 1 else np.ones(1)
    return np.rint(n_epochs * fractions).astype(np.int64)
