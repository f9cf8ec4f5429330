"""Averages over Gaussian fields; nodes gather where integrands turn on a scale of their own.

A step of width sqrt(1-q) stands in the patterns' integrals, one of width 1/sqrt(q^) in the
weights'. A fixed grid misses it as q -> 1 and then finds saddle points that are none. Equations as
in the models ``storage`` and ``teacher_student`` (derived).

What is dear is taken at all nodes first, in loops that vectorise; sums follow. Slopes in overlaps
are averages too, by partial integration (Price's theorem), with f = d ln M/domega:

    d/dq <g(omega; 1-q)> = <g''/2 - dg/d(1-q)>,   d ln M/d(1-q) = (f' + f^2)/2
"""

import math
from typing import Any, NamedTuple

import numpy as np

from toysim.jit import borrowing, kernel
from toysim.numerics.elementary import density, erfc, exp, inverse_mills, log, log1p, log_tail

# Step of the trapezoid in u: halving it moves nothing by 1e-9 of itself; at 0.12 it does.
STEP = 0.1
REACH = 9.0  # G(9) = 1e-18
# a step farther out weighs less than 1e-6 of its width, and a grid around it would miss the bulk
FARTHEST = 5.0
ROOT_HALF = math.sqrt(0.5)


class SiteAverages(NamedTuple):
    """Over a weight's field A, with t = tanh A: t, t^2, (1-t^2)^2, ln 2cosh A.

    Slopes of <t> and <t^2> in the variance of A; in its mean they are 1 - <t^2> and -2 d<t>/dvar.
    """

    first: float
    second: float
    spread: float
    entropy: float
    first_by_variance: float
    second_by_variance: float


class StoragePatterns(NamedTuple):
    """Over a random pattern: f^2 (q^ at load 1), (df/domega)^2, ln H(t), and dq^/dq."""

    q_hat: float
    slope: float
    log_mean: float
    q_hat_by_q: float


class TeacherPatterns(NamedTuple):
    """Over a pattern that a teacher labels, with the names of ``teacher_student``'s equations.

    2<H f^2> and 2<G f>/sqrt(1-r^2/q) (q^ and r^ at load 1), 2<H (df/domega)^2>, 2<H ln M(u)>, the
    share of wrong labels, and slopes; dq^/dr = -2 dr^/dq.
    """

    q_hat: float
    r_hat: float
    slope: float
    log_mean: float
    errors: float
    q_hat_by_q: float
    r_hat_by_q: float
    r_hat_by_r: float


@borrowing
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
    for i in range(np.int32(len(z))):
        rise = exp(step * (first + i))
        fall = 1.0 / rise
        z[i] = centre + 0.5 * scale * (rise - fall)
        weight[i] = 0.5 * step * scale * (rise + fall) * density(z[i])
    return z, weight


@kernel
def site_averages(variance: float, mean: float, step: float) -> SiteAverages:
    """The averages at A = mean + sqrt(variance) z.

    d<g>/dvar = <g''>/2, where the field is broad <z g'>/(2 sqrt(var)): the former cancels there.
    """
    width = math.sqrt(max(variance, 0.0))
    scale = 1.0 / max(1.0, width)
    z, weight = gaussian_nodes(near(-mean / max(width, 1e-100)), scale, step)
    tanh, slope, log_2cosh = np.empty(len(z)), np.empty(len(z)), np.empty(len(z))
    for i in range(len(z)):
        field = mean + width * z[i]
        small = exp(-2.0 * abs(field))
        share = 1.0 / (1.0 + small)
        tanh[i] = math.copysign((1.0 - small) * share, field)
        slope[i] = 4.0 * small * share * share
        log_2cosh[i] = abs(field) + log1p(small)
    first = second = spread = entropy = by_one = by_two = 0.0
    for i in range(len(z)):
        first += weight[i] * tanh[i]
        second += weight[i] * tanh[i] * tanh[i]
        spread += weight[i] * slope[i] * slope[i]
        entropy += weight[i] * log_2cosh[i]
        if width > 1.0:
            by_one += weight[i] * z[i] * slope[i] / (2.0 * width)
            by_two += weight[i] * z[i] * slope[i] * tanh[i] / width
        else:
            by_one -= weight[i] * slope[i] * tanh[i]
            by_two += weight[i] * slope[i] * (3.0 * slope[i] - 2.0)
    return SiteAverages(first, second, spread, entropy, by_one, by_two)


@kernel
def storage_patterns(q: float, margin: float, step: float) -> StoragePatterns:
    """The averages at overlap q.

    t = (margin + sqrt(q) z)/sqrt(1-q),  f = (G/H)(t)/sqrt(1-q),  dq^/dq = <f'^2 - 2 f^2 f'>
    """
    room = math.sqrt(1.0 - q)
    scale = room / max(room, math.sqrt(q))
    z, weight = gaussian_nodes(near(-margin / max(math.sqrt(q), 1e-100)), scale, step)
    mills, log_h = np.empty(len(z)), np.empty(len(z))
    for i in range(len(z)):
        t = (margin + math.sqrt(q) * z[i]) / room
        mills[i], log_h[i] = inverse_mills(t), log_tail(t)
    square = slope = log_mean = mixed = 0.0
    for i in range(len(z)):
        t = (margin + math.sqrt(q) * z[i]) / room
        bend = mills[i] * (t - mills[i])
        square += weight[i] * mills[i] ** 2
        slope += weight[i] * bend * bend
        mixed += weight[i] * mills[i] ** 2 * bend
        log_mean += weight[i] * log_h[i]
    by_q = (slope - 2.0 * mixed) / room**4
    return StoragePatterns(square / room**2, slope / room**4, log_mean, by_q)


@borrowing
def allow_wrong(wrong: float, mills: Any, log_m: Any, errs: Any) -> None:
    """From (G/H)(u) and ln H to f sqrt(1-q) and ln M of M = eb + (1-eb) H, eb = ``wrong``; and the
    share of wrong labels in M. All (n,).
    """
    for i in range(len(mills)):
        h = exp(log_m[i])
        total = wrong + (1.0 - wrong) * h
        mills[i] *= (1.0 - wrong) * h / total
        errs[i], log_m[i] = wrong * (1.0 - h) / total, log(total)


@kernel
def teacher_patterns(q: float, r: float, wrong: float, step: float) -> TeacherPatterns:
    """The averages at overlaps q of students, r with the teacher.

    Weight of a wrong label: ``wrong`` = exp(-1/T). With <.>_0 = 2 <G(r z/sqrt(q-r^2)) .>/sqrt(1 -
    r^2/q):

    dq^/dq = <f'^2 - 2 f^2 f'>,   dr^/dq = -<f f'>_0,   dr^/dr = -r <f''>_0
    """
    q = max(q, 1e-300)
    apart = math.sqrt(max(q - r * r, 1e-12 * q))
    room = math.sqrt(1.0 - q)
    scale = min(1.0, room / math.sqrt(q), apart / max(abs(r), 1e-100))
    z, weight = gaussian_nodes(0.0, scale, step)
    mills, log_m = np.empty(len(z)), np.empty(len(z))
    fits, at_zero, errs = np.empty(len(z)), np.empty(len(z)), np.zeros(len(z))
    for i in range(len(z)):
        u = -math.sqrt(q) * z[i] / room
        mills[i], log_m[i] = inverse_mills(u), log_tail(u)
    if wrong > 0.0:
        allow_wrong(wrong, mills, log_m, errs)
    for i in range(len(z)):
        of_teacher = r * z[i] / apart
        fits[i] = weight[i] * erfc(ROOT_HALF * -of_teacher)
        at_zero[i] = 2.0 * weight[i] * density(of_teacher)
    square = r_hat = slope = mixed = log_mean = errors = tilt = bend = 0.0
    for i in range(len(z)):
        u = -math.sqrt(q) * z[i] / room
        f = mills[i] / room
        first = f * (u / room - f)  # df/domega
        square += fits[i] * f * f
        slope += fits[i] * first * first
        mixed += fits[i] * f * f * first
        log_mean += fits[i] * log_m[i]
        errors += fits[i] * errs[i]
        r_hat += at_zero[i] * f
        tilt += at_zero[i] * f * first
        bend += at_zero[i] * (first * (u / room - 2.0 * f) - f / room**2)
    wide = math.sqrt(q) / apart
    return TeacherPatterns(
        square,
        r_hat * wide,
        slope,
        log_mean,
        errors,
        slope - 2.0 * mixed,
        -tilt * wide,
        -r * bend * wide,
    )
