"""The largest margin of a noise-free teacher's labels as d -> infinity; derived.

R = 2 alpha int Dxi Z' (kappa - xi)_+,  1 - R^2 = 2 alpha int Dxi Z (kappa - xi)_+^2,  q = rho = 1.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from toysim.jit import kernel
from toysim.models.teacher_student.labels import END, POINTS, SIGN, label, node, panels
from toysim.numerics.elementary import density

PARTS = 8
CLOSE = 1e-15  # of kappa
MOST_STEPS = 100


@kernel
def integrals(alpha: float, cosine: float, kappa: float) -> tuple[float, float, float]:
    """Right sides of both equations, and the slope of the second in kappa."""
    sine2 = (1.0 - cosine) * (1.0 + cosine)
    edges = panels(math.sqrt(sine2) / cosine, np.empty(0), -END, kappa, PARTS)
    first, second, rise = 0.0, 0.0, 0.0
    for j in range(len(edges) - 1):
        for i in range(POINTS):
            xi, share = node(edges[j], edges[j + 1], i)
            weight = share * density(xi)
            z, slope = label(SIGN, cosine * xi, sine2, 0.0)
            first += weight * slope * (kappa - xi)
            second += weight * z * (kappa - xi) ** 2
            rise += weight * z * 2.0 * (kappa - xi)
    return 2.0 * alpha * first, 2.0 * alpha * second, 2.0 * alpha * rise


@kernel
def margin_at(alpha: float, cosine: float) -> float:
    """kappa of the second equation, whose right side is convex and grows with kappa: Newton's rule
    comes down to it from above, one way.
    """
    goal = (1.0 - cosine) * (1.0 + cosine)
    kappa = 1.0
    while integrals(alpha, cosine, kappa)[1] < goal:
        kappa *= 2.0
    for _ in range(MOST_STEPS):
        _, value, rise = integrals(alpha, cosine, kappa)
        step = (value - goal) / rise
        kappa -= step
        if step <= CLOSE * max(1.0, abs(kappa)):
            break
    return kappa


def largest_margin(alpha: float) -> tuple[float, float]:
    """R and kappa."""

    def excess(angle: float) -> float:
        cosine = math.cos(angle)
        return integrals(alpha, cosine, margin_at(alpha, cosine))[0] - cosine

    angle = brentq(excess, 1e-7, 0.5 * math.pi - 1e-9, xtol=1e-14)
    return math.cos(angle), margin_at(alpha, math.cos(angle))
