"""Where rules end up: floors under label noise, and the laws of late times; derived."""

from __future__ import annotations

import math

from scipy.optimize import brentq

from toysim.models.teacher_student.online_rules.drift import drift
from toysim.models.teacher_student.online_rules.parameters import ADATRON

OPTIMAL_LATE = 0.8834  # error t of the optimal rule, twice the constant of Bayes' batch learner


def turning(eta: float, flip: float, angle: float) -> float:
    """R' of the Adatron at an angle, q = 1."""
    m, v = math.cos(angle), math.sin(angle) ** 2
    first, second = drift(ADATRON, eta, 0.0, flip, m, v)
    return first - 0.5 * m * (second + 2.0 * m * first)


def floor(rule: str, eta: float, flip: float) -> float:
    """Error that is left at late times."""
    if flip == 0.0 or rule == "hebb":
        return 0.0
    if rule == "perceptron":
        return math.acos(1.0 - 2.0 * flip) / math.pi
    found = brentq(lambda a: turning(eta, flip, a), 1e-9, 0.5 * math.pi, xtol=1e-14)
    return float(found) / math.pi


def asymptote(rule: str, eta: float, flip: float, t: float) -> float:
    """Error at a late time t; NaN where a floor is left, or no law is known."""
    if rule == "hebb":
        return 1.0 / math.sqrt(2.0 * math.pi * t) / (1.0 - 2.0 * flip)
    if flip > 0.0 or rule == "margin":
        return math.nan
    if rule == "perceptron":
        return math.pow(2.0 / (3.0 * t), 1.0 / 3.0) / math.pi
    if rule == "adatron":
        return 3.0 / (eta * (3.0 - eta) * t)
    return (4.0 / math.pi if rule == "annealed" else OPTIMAL_LATE) / t
