"""Collision laws of activation codes."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaln

from toysim.numerics.quadrature import NODES, POINTS, WEIGHTS

Array = npt.NDArray[np.float64]

PANELS = 200
RANGE = 40.0  # in the logarithm, of an integrand's values that count
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


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


def _angles(d: int, n: float, power: int) -> tuple[Array, Array]:
    """Nodes in (0, pi) and log weights of sin^power t dt, where with (1 - t/pi)^(n/2) it matters:
    within e^-RANGE of its largest value.
    """
    grid = math.pi * (np.arange(4000) + 0.5) / 4000
    grid = np.concatenate([grid[0] * np.linspace(1e-3, 1.0, 500)[:-1], grid])
    size = power * np.log(np.sin(grid)) + 0.5 * n * np.log1p(-grid / math.pi)
    inside = grid[size > size.max() - RANGE]
    low = 0.0 if inside[0] == grid[0] else float(inside[0])
    high = math.pi if inside[-1] == grid[-1] else float(inside[-1])
    t = 0.5 * (low + high) + 0.5 * (high - low) * _NODES
    return t, power * np.log(np.sin(t)) + np.log(0.5 * (high - low) * _WEIGHTS)


@cache
def triple_collision(d: int, n: int) -> float:
    """p3 = E (1 - (t12 + t13 + t23)/(2 pi))^n: three points share a code; d > 2.

    A plane crosses two sides of the triangle of three directions or none. t12 and t13 have the
    density c_d sin^(d-2), the angle f between the two planes through the first c_(d-1) sin^(d-3).
    Right to 1e-3 and, from d = 5 on, to 1e-5.
    """
    t, log_t = _angles(d, n, d - 2)
    f, log_f = _angles(d, 0.0, d - 3)
    first, second, turn = t[:, None, None], t[None, :, None], f
    cosine = np.cos(first) * np.cos(second) + np.sin(first) * np.sin(second) * np.cos(turn)
    third = np.arccos(np.clip(cosine, -1.0, 1.0))
    value = n * np.log1p(-(first + second + third) / (2.0 * math.pi))
    value += log_t[:, None, None] + log_t[None, :, None] + log_f
    return float(np.sum(np.exp(value + 2.0 * log_norm(d) + log_norm(d - 1))))


def redundancy_at_least(d: int, n: int, m: int) -> float:
    """[C(M,2) p2 - C(M,3) p3]/M, by Bonferroni; 0 where that is below."""
    pairs, triples = 0.5 * (m - 1), (m - 1) * (m - 2) / 6.0
    return max(0.0, pairs * collision(d, n) - triples * triple_collision(d, n))


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
