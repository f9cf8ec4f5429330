"""Landmarks of learning curves as functions of their parameters."""

from __future__ import annotations

from typing import Any


def learning_exponent(p: Any) -> float:
    """Exponent of the test loss above the label noise, many modes and samples.

    The bias falls as kappa^-m, m = min((b-1)/a, 2), and the variance as s^2 kappa^(-1/a)/n, with
    kappa = lambda/n at a fixed penalty; the best one makes both alike.
    """
    a, b = p.capacity_exponent, p.signal_exponent
    if not (a > 1.0 and b > 1.0):
        raise ValueError("a power of its own needs capacity_exponent and signal_exponent above 1")
    bias = min((b - 1.0) / a, 2.0)
    fixed, noisy = p.regularisation == "fixed", p.label_noise > 0.0
    if fixed:
        return float(min(bias, 1.0 - 1.0 / a) if noisy else bias)
    return float(a * bias / (a * bias + 1.0) if noisy else a * bias)
