"""From overlaps to cosine and error: read by simulation and theory alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def cosines(m: Array, q: Array) -> Array:
    """R = m/sqrt(q), clipped to [-1, 1]."""
    return np.clip(m / np.sqrt(q), -1.0, 1.0)


def errors(m: Array, q: Array) -> Array:
    """arccos(R)/pi, by the sine where R is near 1."""
    sine = np.sqrt(np.maximum(q - m * m, 0.0))
    return np.asarray(np.arctan2(sine, m) / np.pi)
