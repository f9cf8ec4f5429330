"""The best any learner can do with a sign teacher: Bayes' error, and Gibbs' of a random student.

qh = 2 alpha int Dxi Z'^2/Z at m = q, q = rho^2 qh/(1 + rho qh); arXiv:1708.03395.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from toysim.models.teacher_student.labels import END, Array, density, logistic_channel

_X, _W = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Labels:
    """Of clean fields of variance ``signal``: their sign with noise and flips, or logistic."""

    signal: float
    probit_noise: float
    flip: float
    logistic: bool = False


def information(q: float, p: Labels) -> float:
    """2 int Dxi Z'^2/Z at m = q."""
    rest = max(p.signal - q, 1e-300)
    s = math.sqrt(rest + p.probit_noise)
    width = s / math.sqrt(q) if q > 0.0 else END
    bends = [k * width for k in (-8.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 8.0)]
    edges = np.unique(np.clip([*bends, *np.linspace(-END, END, 13)], -END, END))
    half = 0.5 * np.diff(edges)[:, None]
    xi: Array = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * _X).ravel()
    weight = (half * _W).ravel() * density(xi)
    mean = math.sqrt(q) * xi
    if p.logistic:
        z, slope = logistic_channel(mean, rest)
        return 2.0 * float(weight @ (slope**2 / z))
    a = mean / s
    if p.flip == 0.0:
        log_ratio = -a * a - math.log(2.0 * math.pi) - log_ndtr(a)
        return float(2.0 * (weight @ np.exp(log_ratio)) / s**2)
    chance = p.flip + (1.0 - 2.0 * p.flip) * np.exp(log_ndtr(a))
    clean = 2.0 * (1.0 - 2.0 * p.flip) ** 2 / s**2
    return float(clean * (weight @ (density(a) ** 2 / chance)))


def after(q: float, p: Labels, alpha: float) -> float:
    """q after one round."""
    qh = alpha * information(q, p)
    return float(p.signal**2 * qh / (1.0 + p.signal * qh))


def bayes_overlap(p: Labels, alpha: float) -> float:
    """q, iterated from 0 until it stands."""
    q = 0.0
    for _ in range(5000):
        new = after(q, p, alpha)
        if abs(new - q) <= 1e-13 * p.signal:
            return new
        q = new
    return q


def errors(p: Labels, alpha: float) -> tuple[float, float]:
    """Bayes' and Gibbs' error against the clean teacher."""
    share = bayes_overlap(p, alpha) / p.signal
    return math.acos(math.sqrt(min(share, 1.0))) / math.pi, math.acos(min(share, 1.0)) / math.pi
