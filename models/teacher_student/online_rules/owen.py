"""Owen's T and the bivariate normal with one limit at zero, for kernels."""

from __future__ import annotations

import math

from toysim.jit import kernel
from toysim.numerics.elementary import erfc
from toysim.numerics.quadrature import NODES, POINTS, WEIGHTS


@kernel
def normal_below(x: float) -> float:
    """P(z < x)."""
    below: float = 0.5 * erfc(-x * math.sqrt(0.5))
    return below


@kernel
def owen_t(h: float, a: float) -> float:
    """T(h, a) = int_0^a exp(-h^2 (1 + x^2)/2)/(1 + x^2) dx/(2 pi), h >= 0; 1e-14 absolute.

    Beyond a = 1: T(h, a) = [P(h) + P(a h)]/2 - P(h) P(a h) - T(a h, 1/a). Owen (1956).
    """
    if a > 1.0:
        p, q = normal_below(h), normal_below(a * h)
        return 0.5 * (p + q) - p * q - owen_t(a * h, 1.0 / a)
    total = 0.0
    for i in range(POINTS):
        x2 = (a * NODES[i]) ** 2
        total += WEIGHTS[i] * math.exp(-0.5 * h * h * (1.0 + x2)) / (1.0 + x2)
    return a * total / (2.0 * math.pi)


@kernel
def below_and_opposite(k: float, slope: float) -> float:
    """P(x < k, y < 0) of normal numbers with correlation -R, slope = R/sqrt(1 - R^2):
    P(k)/2 - T(k, slope), k >= 0.
    """
    sign = 1.0 if slope >= 0.0 else -1.0
    probability: float = 0.5 * normal_below(k) - sign * owen_t(k, abs(slope))
    return probability
