"""Averages over a pattern in field space: a Gaussian over replicas inside, disorder outside.

    t = -(w + a x),  w = sqrt(q/(1-Q)) z,  a = sqrt((Q-q)/(1-Q))

and <.> the average over x with weight Dx H(t)^beta (after arXiv:2212.02846, derived).

All conjugates are averages of l = G(t)/H(t), so the lines Q = q, q = r^2 and q = 0 are regular; in
Q^ the two terms with l t, of the width sqrt(Q - q) and of the scale sqrt(1 - Q), cancel.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.replica.averages import gaussian_nodes
from toysim.numerics.gaussian import FAR, LOG_SQRT_2PI, density, inverse_mills, log_tail

# Steps of the trapezoids over z and x: two thirds of them move no order parameter or free entropy
# by 1e-8.
OUTER_STEP = 0.16
INNER_STEP = 0.13
DEEP = 40.0  # nodes whose weight is below exp(-40) of the largest are left out


class Patterns(NamedTuple):
    """Averages over a pattern that a teacher labels; conjugates at load 1, times alpha later."""

    q_hat: float  # q^ = alpha E f^2
    r_hat: float  # r^ = 2 alpha/sqrt(1-r^2/q) int Dz G f
    Q_hat: float  # Q^ = alpha E beta (beta-1) <l^2>/(2 (1-Q))
    slope: float  # E (df/domega)^2
    log_mean: float  # E ln int Dx H(t)^beta
    loss: float  # -E <ln H(t)>


@borrowing
def _tail(t: float) -> tuple[float, float]:
    """ln H(t) and l = G(t)/H(t); l from ln H up to FAR, a continued fraction beyond."""
    if t < FAR:
        log_h = log_tail(t)
        return log_h, math.exp(-0.5 * t * t - LOG_SQRT_2PI - log_h)
    mills = inverse_mills(t)
    return -0.5 * t * t - LOG_SQRT_2PI - math.log(mills), mills


@borrowing
def _mode(w: float, a: float, beta: float, x: float) -> tuple[float, float]:
    """Where -x^2/2 + beta ln H(-(w + a x)) is largest, and its width there; from a guess.

    The derivative falls and is convex in x: Newton steps come from below after the first, wherever
    they start.
    """
    width = 1.0
    for _ in range(50):
        t = -(w + a * x)
        mills = inverse_mills(t)
        width = 1.0 / math.sqrt(1.0 + beta * a * a * mills * (mills - t))
        step = (beta * a * mills - x) * width * width
        x += step
        if abs(step) < 0.1 * width:
            break
    return x, width


@borrowing
def _replica_average(
    w: float, a: float, beta: float, x0: float, width: float, step: float
) -> tuple[float, float, float, float, float]:
    """ln int Dx H(t)^beta, <l>, <l^2>, <l t>, <ln H>: trapezoid in v around the mode.

    x = x0 + width sinh v. The integrand is log-concave: the sums end where it has fallen off.
    """
    peak = -0.5 * x0 * x0 + beta * _tail(-(w + a * x0))[0]
    norm = first = second = mixed = log_h_sum = 0.0
    for side in range(2):
        k = side
        while True:
            v = step * k if side else -step * k
            x = x0 + width * math.sinh(v)
            t = -(w + a * x)
            log_h, mills = _tail(t)
            exponent = -0.5 * x * x + beta * log_h - peak
            if not exponent >= -DEEP:  # also where there is none, at overlaps that are none
                break
            weight = math.exp(exponent) * math.cosh(v)
            norm += weight
            first += weight * mills
            second += weight * mills * mills
            mixed += weight * mills * t
            log_h_sum += weight * log_h
            k += 1
    log_mean = peak + math.log(norm * step * width) - LOG_SQRT_2PI
    return log_mean, first / norm, second / norm, mixed / norm, log_h_sum / norm


@kernel
def field_patterns(
    Q: float, r: float, width: float, scatter: float, beta: float, fineness: float
) -> Patterns:
    """The averages at overlaps Q and r, Q - q = ``width`` and q - r^2 = ``scatter``.

    The differences are given for themselves, as close to the teacher they are all that matters.
    ``fineness`` divides both steps.
    """
    if not (0.0 < Q < 1.0 and abs(r) <= 1.0):
        return Patterns(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan)
    q = max(r * r + scatter, 1e-300)
    apart = math.sqrt(max(scatter, 1e-12 * q))
    room = math.sqrt(1.0 - Q)
    a = math.sqrt(max(width, 0.0)) / room
    scale = min(1.0, math.sqrt((1.0 - q) / q), apart / max(abs(r), 1e-100))
    z, weight = gaussian_nodes(0.0, scale, OUTER_STEP / fineness)
    q_hat = r_hat = Q_hat = slope = log_mean = loss = 0.0
    x0 = 0.0
    for i in range(len(z)):
        teacher = 2.0 * weight[i] * math.exp(log_tail(-r * z[i] / apart))
        along = 2.0 * weight[i] * density(r * z[i] / apart)
        if max(teacher, along) < 1e-25:
            continue
        w = math.sqrt(q) * z[i] / room
        x0, width = _mode(w, a, beta, x0)
        log_d, first, second, mixed, log_h = _replica_average(
            w, a, beta, x0, width, INNER_STEP / fineness
        )
        f = beta * first / room
        q_hat += teacher * f * f
        r_hat += along * f
        Q_hat += teacher * second
        slope += teacher * ((beta * (beta - 1.0) * second + beta * mixed) / room**2 - f * f) ** 2
        log_mean += teacher * log_d
        loss -= teacher * log_h
    Q_hat *= 0.5 * beta * (beta - 1.0) / room**2
    return Patterns(q_hat, r_hat * math.sqrt(q) / apart, Q_hat, slope, log_mean, loss)
