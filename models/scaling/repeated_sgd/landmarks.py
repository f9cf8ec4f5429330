"""Landmarks of SGD with repeated rows."""

from __future__ import annotations

from typing import Any

from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.mean_square import largest_stable_rate


def fresh_stable_rate(p: Any) -> float:
    """sum_i eta h_i/(2 - 2 eta h_i) = 1."""
    h, _ = spectrum(p.n_modes, p.capacity_exponent, p.signal_exponent)
    return float(largest_stable_rate(h, 1.0, 0.0))
