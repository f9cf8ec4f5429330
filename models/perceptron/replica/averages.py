"""Averages over Gaussian fields; nodes gather where integrands turn on a scale of their own.

A step of width sqrt(1-q) stands in the patterns' integrals, one of width 1/sqrt(q^) in the
weights'. A fixed grid misses it as q -> 1 and then finds saddle points that are none. Equations as
in the models ``storage`` and ``teacher_student`` (derived).
"""

import math
from typing import Any

import numpy as np

from toysim.jit import kernel
from toysim.numerics.gaussian import density, inverse_mills, log_tail

# Step of the trapezoid in u: halving it moves nothing by 1e-9 of itself; at 0.12 it does.
STEP = 0.1
REACH = 9.0  # G(9) = 1e-18
# a step farther out weighs less than 1e-6 of its width, and a grid around it would miss the bulk
FARTHEST = 5.0


@kernel
def near(centre: float) -> float:
    """A centre of nodes that leaves enough of them at 0, where the weight is."""
    return min(max(centre, -FARTHEST), FARTHEST)


@kernel
def gaussian_nodes(centre: float, scale: float, step: float) -> tuple[Any, Any]:
    """Nodes z (n,) and weights of int Dz g(z), g turning within ``scale`` <= 1 of ``centre``.

    Trapezoid in u with z = centre + scale sinh(u): exponentially accurate, for any small scale.
    """
    centre = min(max(centre, -REACH), REACH) if scale < 1.0 else 0.0
    first = math.floor(math.asinh((-REACH - centre) / scale) / step)
    last = math.ceil(math.asinh((REACH - centre) / scale) / step)
    z, weight = np.empty(last - first + 1), np.empty(last - first + 1)
    for i in range(len(z)):
        u = step * (first + i)
        z[i] = centre + scale * math.sinh(u)
        weight[i] = step * scale * math.cosh(u) * density(z[i])
    return z, weight


@kernel
def site_averages(variance: float, mean: float, step: float) -> tuple[float, float, float, float]:
    """Over a weight's field A = mean + sqrt(variance) z.

    Returned: tanh A, tanh^2 A, (1 - tanh^2 A)^2 and ln 2cosh A, averaged over z.
    """
    width = math.sqrt(max(variance, 0.0))
    scale = 1.0 / max(1.0, width)
    z, weight = gaussian_nodes(near(-mean / max(width, 1e-100)), scale, step)
    first = second = spread = entropy = 0.0
    for i in range(len(z)):
        field = mean + width * z[i]
        small = math.exp(-2.0 * abs(field))
        tanh = math.copysign((1.0 - small) / (1.0 + small), field)
        slope = 4.0 * small / (1.0 + small) ** 2
        first += weight[i] * tanh
        second += weight[i] * tanh * tanh
        spread += weight[i] * slope * slope
        entropy += weight[i] * (abs(field) + math.log1p(small))
    return first, second, spread, entropy


@kernel
def storage_patterns(q: float, margin: float, step: float) -> tuple[float, float, float]:
    """Averages over a random pattern at overlap q: f^2 (q^ at load 1), (df/domega)^2, ln H(t).

    t = (margin + sqrt(q) z)/sqrt(1-q),  f = (G/H)(t)/sqrt(1-q)
    """
    room = math.sqrt(1.0 - q)
    scale = room / max(room, math.sqrt(q))
    z, weight = gaussian_nodes(near(-margin / max(math.sqrt(q), 1e-100)), scale, step)
    q_hat = slope = log_mean = 0.0
    for i in range(len(z)):
        t = (margin + math.sqrt(q) * z[i]) / room
        mills = inverse_mills(t)
        q_hat += weight[i] * mills * mills
        slope += weight[i] * (mills * (t - mills)) ** 2
        log_mean += weight[i] * log_tail(t)
    return q_hat / room**2, slope / room**4, log_mean


@kernel
def teacher_patterns(
    q: float, r: float, wrong: float, step: float
) -> tuple[float, float, float, float, float]:
    """Averages over a pattern that a teacher labels; overlaps q of students, r with the teacher.

    Weight of a wrong label: ``wrong`` = exp(-1/T). Returned, with the names of
    ``teacher_student``'s equations: 2<H f^2> and 2<G f>/sqrt(1-r^2/q) (q^ and r^ at load 1), 2<H
    (df/domega)^2>, 2<H ln M(u)> and the share of wrong labels.
    """
    q = max(q, 1e-300)
    apart = math.sqrt(max(q - r * r, 1e-12 * q))
    room = math.sqrt(1.0 - q)
    scale = min(1.0, room / math.sqrt(q), apart / max(abs(r), 1e-100))
    z, weight = gaussian_nodes(0.0, scale, step)
    q_hat = r_hat = slope = log_mean = errors = 0.0
    for i in range(len(z)):
        u = -math.sqrt(q) * z[i] / room
        log_right = log_tail(u)
        right, log_weight = 1.0, log_right  # share of the right labels in M, and ln M
        if wrong > 0.0:
            log_weight = math.log(wrong + (1.0 - wrong) * math.exp(log_right))
            right = (1.0 - wrong) * math.exp(log_right - log_weight)
        f = right * inverse_mills(u) / room
        teacher = 2.0 * weight[i] * math.exp(log_tail(-r * z[i] / apart))
        q_hat += teacher * f * f
        r_hat += 2.0 * weight[i] * density(r * z[i] / apart) * f
        slope += teacher * (f * (u / room - f)) ** 2
        log_mean += teacher * log_weight
        errors += teacher * wrong * -math.expm1(log_right) * math.exp(-log_weight)
    return q_hat, r_hat * math.sqrt(q) / apart, slope, log_mean, errors
