"""Bayes-optimal learning of a hard committee of two units as d -> infinity; arXiv:1806.05451.

q_s and q_a are the eigenvalues of the overlap matrix on (1, 1)/sqrt(2) and (1, -1)/sqrt(2):

    om = sqrt(q_s) xi (1, 1)/sqrt(2) + sqrt(q_a) zeta (1, -1)/sqrt(2),  V = 1 - q
    qh = alpha E sum_y (dZ/dom)^2/Z along each,  q = qh/(1 + qh)

q_a = 0 always solves it; it is unstable where alpha E sum_y (d^2 Z/dom_a^2)^2/Z > 1. Derived.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from toysim.models.teacher_student.hard_committee.labels import SMALL, all_labels, both_below
from toysim.models.teacher_student.labels import Array, density

END, POINTS = 8.5, 120
ROUNDS, CLOSE = 1000, 1e-12
_X, _W = np.polynomial.legendre.leggauss(POINTS)
_HALF = slice(POINTS // 2, None)  # signs of xi and zeta exchange labels and units
XI = END * _X[_HALF]
WEIGHT = 2.0 * END * _W[_HALF] * density(XI)


@dataclass(frozen=True)
class Fixed:
    """Where state evolution ends; ``residual`` is the last round's step."""

    symmetric: float
    antisymmetric: float
    residual: float
    rounds: int


def information(q_s: float, q_a: float) -> tuple[float, float]:
    """E sum_y (dZ/dom)^2/Z along (1, 1)/sqrt(2) and (1, -1)/sqrt(2)."""
    zeta, across = (XI, WEIGHT) if q_a > 0.0 else (np.zeros(1), np.ones(1))
    common = math.sqrt(0.5 * q_s) * XI[:, None]
    apart = math.sqrt(0.5 * q_a) * zeta
    table = all_labels(common + apart, common - apart, 1.0 - 0.5 * (q_s + q_a), -0.5 * (q_s - q_a))
    z = table[:, 0]
    over = np.where(z > SMALL, 1.0 / np.maximum(z, SMALL), 0.0)
    weight = WEIGHT[:, None] * across
    along, against = table[:, 1] + table[:, 2], table[:, 1] - table[:, 2]

    def gained(slope: Array) -> float:
        return float(0.5 * np.sum(weight * np.sum(slope**2 * over, axis=0)))

    return gained(along), gained(against)


def after(q_s: float, q_a: float, alpha: float) -> tuple[float, float]:
    """Both overlaps after one round."""
    s, a = information(q_s, q_a)
    a = a if q_a > 0.0 else 0.0
    return alpha * s / (1.0 + alpha * s), alpha * a / (1.0 + alpha * a)


def end(alpha: float, start: float) -> Fixed:
    """From q_s = q_a = start on, until a round's step is small."""
    q = (max(start, 1e-4), start)
    step, rounds = math.inf, 0
    while step > CLOSE and rounds < ROUNDS:
        new = after(*q, alpha)
        step = max(abs(new[0] - q[0]), abs(new[1] - q[1]))
        q, rounds = new, rounds + 1
    return Fixed(*q, step, rounds)


def growth(q_s: float) -> float:
    """E sum_y (d^2 Z/dom_a^2)^2/Z at q_a = 0: q_a grows by alpha times it a round."""
    variance, r = 1.0 - 0.5 * q_s, -0.5 * q_s / (1.0 - 0.5 * q_s)
    c = math.sqrt(1.0 - r * r)

    def curved(a: Array) -> Array:
        t = a * (1.0 - r) / c
        both = density(a) * density(t) / c
        return np.asarray(-(a * density(a) * ndtr(t) + (1.0 + r) * both) / variance)

    a = math.sqrt(0.5 * q_s / variance) * XI
    plus, minus = both_below(a, a, r), both_below(-a, -a, r)
    bend = np.stack([curved(-a), -curved(a) - curved(-a), curved(a)])
    z = np.stack([minus, 1.0 - plus - minus, plus])
    over = np.where(z > SMALL, 1.0 / np.maximum(z, SMALL), 0.0)
    return float(WEIGHT @ np.sum(bend**2 * over, axis=0))


def rate(alpha: float) -> float:
    """ln of the factor by which a small q_a grows a round."""
    return math.log(alpha * growth(end(alpha, 0.0).symmetric))


@cache
def specialisation() -> float:
    """alpha_s, from which on the units part."""
    return float(brentq(rate, 1.5, 3.0, xtol=1e-12))
