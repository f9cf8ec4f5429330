"""From the three order parameters to test errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def error(R: Array, Q_r: Array, Q_i: Array, variance: float) -> Array:
    """arccos(R/sqrt(Q_r + Delta Q_i))/pi, exact at every dimension; 1/2 without weights."""
    size = np.sqrt(np.maximum(Q_r + variance * Q_i, R * R))
    cosine = np.divide(R, size, out=np.zeros_like(R), where=size > 0.0)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)) / np.pi)


def errors(p: Any, at: Any) -> dict[str, Array]:
    """The four errors, each from ``at(variance)``."""
    hard, easy = at(p.hard_variance), at(p.easy_variance)
    return {
        "error_hard": hard,
        "error_easy": easy,
        "error_mixture": p.hard_share * hard + (1.0 - p.hard_share) * easy,
        "error_test": at(p.test_variance),
    }
