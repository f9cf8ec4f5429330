"""The largest margin of labels that can be separated as d -> infinity; derived.

R = 2 alpha int Dxi Z' (kappa - xi)_+,  1 - R^2 = 2 alpha int Dxi Z (kappa - xi)_+^2,  q = rho = 1;
with label noise below the ratio alpha* at which kappa is 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from toysim.jit import kernel
from toysim.models.teacher_student.labels import END, POINTS, SIGN, label, node, panels
from toysim.numerics.elementary import density

PARTS = 8
CLOSE = 1e-15  # of kappa
MOST_STEPS = 100


class Noise(NamedTuple):
    """Samples per input, and what makes labels noisy: Delta/rho and the share flipped."""

    alpha: float
    probit: float
    flip: float


@kernel
def integrals(p: Noise, cosine: float, kappa: float) -> tuple[float, float, float]:
    """Right sides of both equations, and the slope of the second in kappa."""
    rest = (1.0 - cosine) * (1.0 + cosine) + p.probit
    edges = panels(math.sqrt(rest) / cosine, np.empty(0), -END, kappa, PARTS)
    first, second, rise = 0.0, 0.0, 0.0
    for j in range(len(edges) - 1):
        for i in range(POINTS):
            xi, share = node(edges[j], edges[j + 1], i)
            weight = share * density(xi)
            z, slope = label(SIGN, cosine * xi, rest, p.flip)
            first += weight * slope * (kappa - xi)
            second += weight * z * (kappa - xi) ** 2
            rise += weight * z * 2.0 * (kappa - xi)
    return 2.0 * p.alpha * first, 2.0 * p.alpha * second, 2.0 * p.alpha * rise


@kernel
def margin_at(p: Noise, cosine: float) -> float:
    """kappa of the second equation, whose right side is convex and grows with kappa: Newton's rule
    comes down to it from above, one way.
    """
    goal = (1.0 - cosine) * (1.0 + cosine)
    kappa = 1.0
    while integrals(p, cosine, kappa)[1] < goal:
        kappa *= 2.0
    for _ in range(MOST_STEPS):
        _, value, rise = integrals(p, cosine, kappa)
        step = (value - goal) / rise
        kappa -= step
        if step <= CLOSE * max(1.0, abs(kappa)):
            break
    return kappa


def largest_margin(alpha: float, probit: float = 0.0, flip: float = 0.0) -> tuple[float, float]:
    """R and kappa; ``probit`` is Delta/rho. Above alpha* kappa is negative: nothing separates."""
    p = Noise(alpha, probit, flip)

    def excess(angle: float) -> float:
        cosine = math.cos(angle)
        return integrals(p, cosine, margin_at(p, cosine))[0] - cosine

    across = 0.5 * math.pi - 1e-9  # where labels say nothing of the teacher
    informed = flip < 0.5 and excess(across) > 0.0
    angle = brentq(excess, 1e-7, across, xtol=1e-14) if informed else across
    return math.cos(angle), margin_at(p, math.cos(angle))
