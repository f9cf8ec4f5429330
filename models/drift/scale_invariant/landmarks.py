"""Landmarks of the scale-invariant learner: tracking a drifting target, and stability without the
normalisation.
"""

from __future__ import annotations

from typing import Any

from scipy.optimize import brentq


def best_overlap(p: Any) -> float:
    """c with delta = (1 - c^2)^2/(2 c^2 S): the largest stationary overlap at a fixed rate."""
    if p.drift <= 0.0:
        raise ValueError(
            "a target at rest has no best rate, lower ones gain for ever; give a drift > 0"
        )

    def excess(c: float) -> float:
        s = 2.0 * (1.0 - c) + p.noise
        return float((1.0 - c * c) ** 2 - 2.0 * p.drift * c * c * s)

    return (
        float(brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14))
        if excess(1.0) < 0.0
        else _noiseless(p)
    )


def _noiseless(p: Any) -> float:
    """Without noise (1 - c)(1 + c)^2 = 4 delta c^2, the factor 1 - c taken out."""
    return float(brentq(lambda c: (1.0 - c) * (1.0 + c) ** 2 - 4.0 * p.drift * c * c, 0.0, 1.0))


def best_rate(p: Any) -> float:
    """lambda = (1 - c^2)/(c S) there."""
    c = best_overlap(p)
    return float((1.0 - c * c) / (c * (2.0 * (1.0 - c) + p.noise)))


def plain_stable_rate(p: Any) -> float:
    """gamma = 2 d/(d + 2): then E|w - m|^2 neither grows nor shrinks."""
    return float(2.0 * p.dimension / (p.dimension + 2.0))
