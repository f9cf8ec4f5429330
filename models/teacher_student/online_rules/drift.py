"""How the mean overlaps move, per N examples, as N -> infinity; derived Gaussian integrals.

In the coordinates m and v = q - m^2 = q (1 - R^2) nothing cancels as R -> 1.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.teacher_student.online_rules.owen import below_and_opposite, normal_below
from toysim.models.teacher_student.online_rules.parameters import HEBB, MARGIN, PERCEPTRON
from toysim.numerics.gaussian import density, inverse_mills

Array = npt.NDArray[np.float64]

S = 1.0 / math.sqrt(2.0 * math.pi)


@kernel
def angle_integrals(angle: float) -> tuple[float, float]:
    """I1 = (sin A - A cos A)/pi and I2 = (A - sin A cos A)/pi; series where A is small."""
    if angle < 0.02:
        cube, square = angle**3, angle * angle
        first = cube / 3.0 * (1.0 - square / 10.0 + square * square / 280.0)
        second = 2.0 * cube / 3.0 * (1.0 - square / 5.0 + 2.0 * square * square / 105.0)
        return first / math.pi, second / math.pi
    s, c = math.sin(angle), math.cos(angle)
    return (s - angle * c) / math.pi, (angle - s * c) / math.pi


@kernel
def drift(
    rule: int, eta: float, kappa: float, flip: float, m: float, v: float
) -> tuple[float, float]:
    """m' and v', with q = m^2 + v, R = m/sqrt(q), A = arccos R, e = A/pi, S = 1/sqrt(2 pi):

    hebb        m' = 2 eta S (1 - 2 p),  v' = eta^2
    perceptron  m' = eta S [(1 - p)(1 - R) - p (1 + R)],
                v' = -2 eta sqrt(q) S (1 - R^2) + eta^2 [(1 - p) e + p (1 - e)]
    margin      k = kappa/sqrt(q), s^2 = 1 - R^2:
                m' = 2 eta S [P(k/s) - R exp(-k^2/2) P(R k/s)],
                v' = -4 eta sqrt(q) S s^2 exp(-k^2/2) P(R k/s) + 2 eta^2 P(x < k, y < 0; -R)
    adatron     m' = eta sqrt(q) [(1 - p) I1(A) - p I1(pi - A)],
                v' = q (eta^2 - 2 eta) [(1 - p) I2(A) + p I2(pi - A)] - 2 m m'
    """
    q = m * m + v
    root = math.sqrt(q)
    angle = math.atan2(math.sqrt(v), m)
    error, s2 = angle / math.pi, v / q
    r = m / root
    if rule == HEBB:
        return 2.0 * eta * S * (1.0 - 2.0 * flip), eta * eta
    if rule == PERCEPTRON:
        apart = s2 / (1.0 + r) if r > 0.0 else 1.0 - r
        hit = (1.0 - flip) * error + flip * (1.0 - error)
        first = eta * S * ((1.0 - flip) * apart - flip * (1.0 + r))
        return first, -2.0 * eta * root * S * s2 + eta * eta * hit
    if rule == MARGIN:
        k, s = kappa / root, math.sqrt(s2)
        cut = math.exp(-0.5 * k * k) * normal_below(r * k / s)
        first = 2.0 * eta * S * (normal_below(k / s) - r * cut)
        hit = 2.0 * below_and_opposite(k, r / s)
        return first, -4.0 * eta * root * S * s2 * cut + eta * eta * hit
    one, two = angle_integrals(angle)
    other_one, other_two = angle_integrals(math.pi - angle)
    first = eta * root * ((1.0 - flip) * one - flip * other_one)
    second = q * (eta * eta - 2.0 * eta) * ((1.0 - flip) * two + flip * other_two)
    return first, second - 2.0 * m * first


NODES = np.linspace(-8.0, 8.0, 161)


@kernel
def best_gain(square: float) -> float:
    """(R^2)' of the optimal rule: (1 - R^2) 2 int Dx G(a x)^2/H(-a x), a = R/sqrt(1 - R^2).

    A sum over y = max(a, 1) x with steps of 0.1; its ends are below 1e-13.
    """
    a = math.sqrt(square / (1.0 - square))
    stretch = max(a, 1.0)
    total = 0.0
    for y in NODES:
        x = y / stretch
        # G(ax)^2/H(-ax) = G(ax) times the inverse Mills ratio at -ax.
        total += density(x) * density(a * x) * inverse_mills(-a * x)
    gain: float = (1.0 - square) * 2.0 * total * (NODES[1] - NODES[0]) / stretch
    return gain
