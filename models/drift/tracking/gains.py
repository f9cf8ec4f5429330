"""Gains and errors in the long run, as closed forms; derived."""

from __future__ import annotations

import math

from scipy.optimize import minimize_scalar


def kalman_gain(q: float, s2: float) -> float:
    """g* = (-q + sqrt(q^2 + 4 q s2))/(2 s2), which solves g^2 s2 + q g - q = 0."""
    return 2.0 * q / (q + math.sqrt(q * q + 4.0 * q * s2)) if q > 0.0 else 0.0


def walk_error(g: float, q: float, s2: float) -> float:
    """P = (g^2 s2 + (1 - g)^2 q)/(g (2 - g))."""
    return (g * g * s2 + (1.0 - g) ** 2 * q) / (g * (2.0 - g))


def switch_error(g: float, p: float, variance: float, s2: float) -> float:
    """V - 2 C + M, a = (1 - g)(1 - p), C = g V/(1 - a), M = [2 a C + g (V + s2)]/(2 - g)."""
    stay = (1.0 - g) * (1.0 - p)
    c = g * variance / (1.0 - stay)
    m = (2.0 * stay * c + g * (variance + s2)) / (2.0 - g)
    return variance - 2.0 * c + m


def best_switch_gain(p: float, variance: float, s2: float) -> float:
    """The gain of least error: bounded minimisation of ln g."""
    found = minimize_scalar(
        lambda x: switch_error(math.exp(x), p, variance, s2),
        bounds=(math.log(1e-9), 0.0),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return math.exp(float(found.x))


def price(g: float, q: float, s2: float, kappa: float) -> float:
    """P''(g*) kappa (1 - g*)^2/2 at the Kalman gain g.

    P' = 2 (s2 g^2 + q g - q)/(g (2-g))^2, so that P'' = 2 (2 s2 g + q)/(g (2-g))^2 at its root.
    """
    if g == 0.0:
        return math.inf
    curvature = 2.0 * (2.0 * s2 * g + q) / (g * (2.0 - g)) ** 2
    return 0.5 * curvature * kappa * (1.0 - g) ** 2
