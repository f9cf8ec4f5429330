"""Collision laws of activation codes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from toysim.numerics.quadrature import NODES, POINTS, WEIGHTS

PANELS = 200


def log_norm(d: int) -> float:
    """ln c_d, c_d = Gamma(d/2)/(sqrt(pi) Gamma((d-1)/2))."""
    return float(gammaln(0.5 * d) - gammaln(0.5 * (d - 1)) - 0.5 * math.log(math.pi))


def collision(d: int, n: float) -> float:
    """p2 = c_d int_0^pi sin^(d-2) t (1 - t/pi)^n dt; 1/(n + 1) at d = 2.

    Panels that are narrower towards 0, where many units put the integrand.
    """
    if d == 2:
        return 1.0 / (n + 1.0)
    edges = math.pi * np.linspace(0.0, 1.0, PANELS + 1) ** 3
    width = np.diff(edges)[:, None]
    t = edges[:-1, None] + width * NODES[:POINTS]
    value = (d - 2) * np.log(np.sin(t)) + n * np.log1p(-t / math.pi) + log_norm(d)
    return float(np.sum(width * WEIGHTS * np.exp(value)))


def redundancy_of_a_plane(n: int, m: int) -> float:
    """d = 2: distinct codes 2 n E[1 - (1 - x/2)^M], x ~ Beta(1, n - 1), which is
    2 n [1 - (n - 1) int_0^1 (1-x)^(n-2) (1 - x/2)^M dx].
    """
    if n == 1:
        distinct = 2.0 - 2.0 * 0.5**m
    else:
        x = (np.linspace(0.0, 1.0, PANELS + 1) ** 3)[:, None]
        width = np.diff(x[:, 0])[:, None]
        at = x[:-1] + width * NODES[:POINTS]
        value = (n - 2) * np.log1p(-at) + np.log(-np.expm1(m * np.log1p(-0.5 * at)))
        distinct = 2.0 * n * (n - 1) * float(np.sum(width * WEIGHTS * np.exp(value)))
    return 1.0 - distinct / m


def _width(p: Any, redundancy: float) -> float:
    """(M - 1) p2(n)/2 = redundancy, n a real number."""

    def excess(log_n: float) -> float:
        pairs = 0.5 * (p.n_points - 1)
        return float(pairs * collision(p.dimension, math.exp(log_n)) / redundancy - 1.0)

    if excess(0.0) < 0.0:
        raise ValueError(f"n_points = {p.n_points}: one unit keeps so few apart; give more points")
    return math.exp(brentq(excess, 0.0, math.log(1e9)))


def width_of_a_tenth(p: Any) -> float:
    return _width(p, 0.1)


def width_of_a_hundredth(p: Any) -> float:
    return _width(p, 0.01)


def wide_width_of_a_tenth(p: Any) -> float:
    d = p.dimension
    log_pairs = log_norm(d) + float(gammaln(d - 1.0)) + math.log((p.n_points - 1) / 0.2)
    return math.pi * math.exp(log_pairs / (d - 1))
