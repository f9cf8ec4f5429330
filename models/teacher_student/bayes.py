"""The best any learner can do with a sign teacher: Bayes' error, and Gibbs' of a random student.

qh = 2 alpha int Dxi Z'^2/Z at m = q, q = rho^2 qh/(1 + rho qh); arXiv:1708.03395.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from toysim.jit import kernel
from toysim.models.teacher_student.labels import END, LOGISTIC, POINTS, SIGN, label, node, panels
from toysim.numerics.elementary import density, inverse_mills

PARTS = 8


@dataclass(frozen=True)
class Labels:
    """Of clean fields of variance ``signal``: their sign with noise and flips, or logistic."""

    signal: float
    probit_noise: float
    flip: float
    logistic: bool = False


@kernel
def of_labels(q: float, signal: float, noise: float, flip: float, teacher: int) -> float:
    """2 int Dxi Z'^2/Z at m = q; without flips Z' = Z lambda(-a), which does not underflow."""
    rest, total, none = max(signal - q, 1e-300), 0.0, np.empty(0)
    s = math.sqrt(rest + noise)
    edges = panels(s / math.sqrt(q) if q > 0.0 else END, none, -END, END, PARTS)
    for j in range(len(edges) - 1):
        for i in range(POINTS):
            xi, share = node(edges[j], edges[j + 1], i)
            weight = share * density(xi)
            mean = math.sqrt(q) * xi
            if teacher == SIGN and flip == 0.0:
                total += weight * density(mean / s) * inverse_mills(-mean / s) / s**2
            else:
                z, slope = label(teacher, mean, rest + noise, flip)
                total += weight * slope**2 / z
    return 2.0 * total


def information(q: float, p: Labels) -> float:
    """2 int Dxi Z'^2/Z of labels."""
    teacher = LOGISTIC if p.logistic else SIGN
    return float(of_labels(q, p.signal, p.probit_noise, p.flip, teacher))


def after(q: float, p: Labels, alpha: float) -> float:
    """q after one round."""
    qh = alpha * information(q, p)
    return float(p.signal**2 * qh / (1.0 + p.signal * qh))


def bayes_overlap(p: Labels, alpha: float) -> float:
    """q, iterated from 0 until it stands; from every two rounds on to where they lead (Aitken)."""
    q = 0.0
    for _ in range(2500):
        first = after(q, p, alpha)
        second = after(first, p, alpha)
        if abs(second - first) <= 1e-13 * p.signal:
            return second
        bend = second - 2.0 * first + q
        aim = q - (first - q) ** 2 / bend if bend != 0.0 else second
        q = aim if 0.0 < aim < p.signal else second
    return q


def errors(p: Labels, alpha: float) -> tuple[float, float]:
    """Bayes' and Gibbs' error against the clean teacher."""
    share = bayes_overlap(p, alpha) / p.signal
    return math.acos(math.sqrt(min(share, 1.0))) / math.pi, math.acos(min(share, 1.0)) / math.pi
