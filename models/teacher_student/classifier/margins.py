"""The largest margin of a noise-free teacher's labels as d -> infinity; derived.

R = 2 alpha int Dxi Z' (kappa - xi)_+,  1 - R^2 = 2 alpha int Dxi Z (kappa - xi)_+^2,  q = rho = 1.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from toysim.models.teacher_student.classifier.fixed_point import Array
from toysim.models.teacher_student.labels import END, density, sign_channel

_X, _W = np.polynomial.legendre.leggauss(32)


def integrals(alpha: float, cosine: float, kappa: float) -> tuple[float, float]:
    """Right sides of both equations."""
    sine2 = (1.0 - cosine) * (1.0 + cosine)
    width = math.sqrt(sine2) / cosine
    bends = [s * k * width for k in (0.0, 1.0, 2.0, 4.0, 8.0) for s in (-1.0, 1.0)]
    edges = np.unique(np.clip([*bends, *np.linspace(-END, kappa, 9)], -END, kappa))
    half = 0.5 * np.diff(edges)[:, None]
    xi: Array = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * _X).ravel()
    weight = (half * _W).ravel() * density(xi)
    z, slope = sign_channel(cosine * xi, sine2, 0.0)
    short = kappa - xi
    first = 2.0 * alpha * float(weight @ (slope * short))
    return first, 2.0 * alpha * float(weight @ (z * short**2))


def margin_at(alpha: float, cosine: float) -> float:
    """kappa of the second equation; its right side grows with kappa."""
    goal = (1.0 - cosine) * (1.0 + cosine)
    high = 1.0
    while integrals(alpha, cosine, high)[1] < goal:
        high *= 2.0
    return float(
        brentq(lambda k: integrals(alpha, cosine, k)[1] - goal, -END + 1.0, high, xtol=1e-14)
    )


def largest_margin(alpha: float) -> tuple[float, float]:
    """R and kappa."""

    def excess(angle: float) -> float:
        cosine = math.cos(angle)
        return integrals(alpha, cosine, margin_at(alpha, cosine))[0] - cosine

    angle = brentq(excess, 1e-7, 0.5 * math.pi - 1e-9, xtol=1e-14)
    return math.cos(angle), margin_at(alpha, math.cos(angle))
