"""From overlaps to the error: read by simulation and theory alike."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def error(m: Array, q: Array) -> Array:
    """arccos(m/sqrt(q))/pi, 1/2 where nothing is known."""
    sine = np.sqrt(np.maximum(q - m * m, 0.0))
    return np.asarray(np.where(q == 0.0, 0.5 * math.pi, np.arctan2(sine, m)) / math.pi)
