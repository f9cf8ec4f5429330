"""Spread of the overlaps from run to run to leading order, Sigma = N Cov(m, q); derived.

Sigma' = J Sigma + Sigma J' + D,   D = E[d d'] - E[d] E[d]',   d = (F y u, 2 F y h + F^2)
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.teacher_student.online_rules.drift import S, angle_integrals, drift
from toysim.models.teacher_student.online_rules.parameters import ADATRON, HEBB, PERCEPTRON

Array = npt.NDArray[np.float64]


@kernel
def squares(rule: int, eta: float, flip: float, m: float, v: float) -> tuple[float, float, float]:
    """E d1^2, E d1 d2, E d2^2; NaN for rules, or label noise, without a formula."""
    q = m * m + v
    root, angle = math.sqrt(q), math.atan2(math.sqrt(v), m)
    r, error = m / root, angle / math.pi
    e2, e3, e4 = eta**2, eta**3, eta**4
    if rule == HEBB:
        c = S * (1.0 - 2.0 * flip)
        return e2, 2.0 * e2 * m + 2.0 * e3 * c, 4.0 * e2 * q + 8.0 * e3 * c * m + e4
    if flip > 0.0:
        return math.nan, math.nan, math.nan
    one, two = angle_integrals(angle)
    if rule == PERCEPTRON:
        apart = eta * S * (1.0 - r)
        first, cross = e2 * two, -2.0 * e2 * root * one + e2 * apart
        return first, cross, 4.0 * e2 * q * two - 4.0 * e2 * root * apart + e4 * error
    if rule == ADATRON:
        b = e2 - 2.0 * eta
        a2, a4 = math.sin(2.0 * angle), math.sin(4.0 * angle)
        fourth = (12.0 * angle - 8.0 * a2 + a4) / 32.0
        first = angle * (1.0 + 0.5 * math.cos(2.0 * angle)) - 0.75 * a2
        cross = 0.25 * math.sin(angle) ** 5 - math.cos(angle) * fourth
        eight = 8.0 / math.pi
        spread = b * b * q * q * eight * fourth
        return 0.25 * eight * e2 * q * first, eight * eta * b * q * root * cross, spread
    return math.nan, math.nan, math.nan


@kernel
def spread_slopes(rule: int, eta: float, kappa: float, flip: float, y: Array, slope: Array) -> None:
    """Slopes 2..4 of y = (m, v, and Sigma of m and v: mm, mv, vv).

    The Jacobian is by central differences, whose error is far below the terms left out.
    """
    m, v = y[0], y[1]
    first, second = drift(rule, eta, kappa, flip, m, v)
    dm, dv = 1e-5 * math.sqrt(m * m + v), 1e-5 * v
    up, down = drift(rule, eta, kappa, flip, m + dm, v), drift(rule, eta, kappa, flip, m - dm, v)
    a, c = (up[0] - down[0]) / (2.0 * dm), (up[1] - down[1]) / (2.0 * dm)
    up, down = drift(rule, eta, kappa, flip, m, v + dv), drift(rule, eta, kappa, flip, m, v - dv)
    b, d = (up[0] - down[0]) / (2.0 * dv), (up[1] - down[1]) / (2.0 * dv)
    mm, mq, qq = squares(rule, eta, flip, m, v)
    q_drift = second + 2.0 * m * first
    mm, mq, qq = mm - first**2, mq - first * q_drift, qq - q_drift**2
    # v = q - m^2: its noise is that of q less 2 m times that of m.
    mv, vv = mq - 2.0 * m * mm, qq - 4.0 * m * mq + 4.0 * m * m * mm
    slope[2] = 2.0 * (a * y[2] + b * y[3]) + mm
    slope[3] = (a + d) * y[3] + b * y[4] + c * y[2] + mv
    slope[4] = 2.0 * (c * y[3] + d * y[4]) + vv


@kernel
def error_variance(m: float, v: float, mm: float, mv: float, vv: float) -> float:
    """grad e' Sigma grad e of e = atan2(sqrt(v), m)/pi."""
    q, root = m * m + v, math.sqrt(v)
    by_m, by_v = -root / (math.pi * q), m / (2.0 * math.pi * root * q)
    return by_m * by_m * mm + 2.0 * by_m * by_v * mv + by_v * by_v * vv
