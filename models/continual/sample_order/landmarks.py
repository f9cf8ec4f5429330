"""Landmarks of one pass over samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.numerics.mean_square import largest_stable_rate


def stable_rate(p: Any) -> float:
    """sum_i eta h_i/(2 - 2 eta h_i) = 1; 2/(d + 2) of equal variances."""
    h = np.arange(1.0, p.dimension + 1.0) ** -p.spectrum
    return float(largest_stable_rate(h, 1.0, 0.0))
