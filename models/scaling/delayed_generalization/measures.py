"""What both sides measure: the share of residuals that are accurate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import erf, erfinv

Array = npt.NDArray[np.float64]

LEVEL = 0.95  # of the residuals accurate


def accuracy(loss: Array, tolerance: float) -> Array:
    """P(r^2 <= tolerance) of a normal residual of variance ``loss``; 1 at loss 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(erf(np.sqrt(tolerance / (2.0 * loss))))


def loss_at_level(tolerance: float) -> float:
    """The loss at which LEVEL of the residuals are accurate."""
    return float(tolerance / (2.0 * erfinv(LEVEL) ** 2))
