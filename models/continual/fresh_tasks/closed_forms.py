"""Exact mean errors of given teachers and plasticities, for tables of many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.models.continual.fresh_tasks.moments import data
from toysim.models.continual.fresh_tasks.tuning import final_error

Array = npt.NDArray[np.float64]


def final_errors(
    start: Array, far: Array, plasticities: Array, dimension: int, n_samples: int, noise: float
) -> Array:
    """Mean error over tasks (P,) after each was visited once, in turn, with each of some courses of
    plasticities (P, K). ``start`` (K,) errors at first, ``far`` (K, K) squared distances.
    """
    of_data, visits = data(dimension, n_samples, noise), np.eye(len(start))
    slope = np.empty(len(start))
    return np.array(
        [final_error(start, far, visits, kappa, of_data, slope) for kappa in plasticities]
    )
