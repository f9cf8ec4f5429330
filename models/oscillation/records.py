"""When a run writes down its course: updates spread evenly over the run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def record_updates(n_steps: Ints, n_records: int) -> Ints:
    """Updates (n, R) evenly over [0, n_steps], to the nearest, both ends included; the end alone if R = 1."""
    fractions = np.linspace(0.0, 1.0, n_records) if n_records != 1 else np.ones(1)
    return np.rint(n_steps[:, None] * fractions).astype(np.int64)
