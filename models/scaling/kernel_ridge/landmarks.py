"""Landmarks of kernel ridge regression as functions of its parameters."""

from __future__ import annotations

from typing import Any

from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.ridge_equivalent import Ridge


def interpolation_threshold(p: Any) -> float:
    return float(p.n_modes)


def best_penalty(p: Any) -> float:
    """lambda of the least test loss of the deterministic equivalent."""
    if p.label_noise == 0.0:
        raise ValueError("label_noise = 0: the least penalty is best; give some noise")
    h, c = spectrum(p.n_modes, p.capacity_exponent, p.signal_exponent)
    return Ridge(h, c, p.label_noise).best(p.n_samples).penalty
