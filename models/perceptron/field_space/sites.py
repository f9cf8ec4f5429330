"""Averages over one magnetisation in a random field h (after arXiv:2212.02846, derived).

    int dm exp(curvature m^2 + h m + kappa S(m)) on [-1, 1]

S(m) = -(1+m)/2 ln((1+m)/2) - (1-m)/2 ln((1-m)/2), the entropy of a sign of mean m.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.gaussian import density

Array = npt.NDArray[np.float64]

# With 2/3 of the step and 3/2 of the nodes no order parameter or free entropy moves by 1e-8, up to
# fields of 10^5.
OUTER_STEP = 0.25
NODES = 40  # of m in (0, 1)
REACH = 9.0  # G(9) = 1e-18
FARTHEST = 6.0  # a turn of the magnetisation farther out than this weighs less than 1e-9
BULK = 1.5  # the Gaussian's own scale
DEEP = 45.0  # what weighs less than exp(-45) of the largest is left out


class Sites(NamedTuple):
    """Averages over the random field h; ``width`` is over replicas, ``scatter`` over fields.

    Q = E<m^2>, r = E<m>, p = E<sign m>, width = E[<m^2>-<m>^2] = Q - q, scatter = Var<m> = q - r^2,
    spread = E(<m^2>-<m>^2)^2 and log_mean = E ln int dm.
    """

    self_overlap: float
    overlap: float
    sign_overlap: float
    width: float
    scatter: float
    spread: float
    log_mean: float


@cache
def legendre(fineness: float = 1.0) -> tuple[Array, Array]:
    """Gauss-Legendre abscissae (NODES fineness,) and weights on (0, 1)."""
    x, weight = np.polynomial.legendre.leggauss(round(NODES * fineness))
    return 0.5 * (1.0 + x), 0.5 * weight


@kernel
def turning_nodes(scale: float, step: float) -> tuple[Any, Any]:
    """Displacements y (2n + 1,) and weights of int Dz g(z), g turning within ``scale`` of y = 0.

    z = centre + y, trapezoid in u = asinh(y/scale) + y/BULK: nodes are dense where g or the
    Gaussian asks for it, and do not depend on the centre, up to FARTHEST. Weights lack the density
    at z.
    """
    last = REACH + FARTHEST
    n = math.ceil((math.asinh(last / scale) + last / BULK) / step)
    y, weight = np.zeros(2 * n + 1), np.empty(2 * n + 1)
    displacement = 0.0
    for k in range(n + 1):
        for _ in range(50):  # Newton from the node before
            slope = 1.0 / math.sqrt(scale * scale + displacement * displacement) + 1.0 / BULK
            change = (step * k - math.asinh(displacement / scale) - displacement / BULK) / slope
            displacement += change
            if abs(change) <= 1e-9 * displacement:  # the next would be below rounding
                break
        slope = 1.0 / math.sqrt(scale * scale + displacement * displacement) + 1.0 / BULK
        y[n + k], y[n - k] = displacement, -displacement
        weight[n + k] = weight[n - k] = step / slope
    return y, weight


@kernel
def magnetisation_nodes(
    curvature: float, kappa: float, field: float, rule: tuple[Array, Array]
) -> tuple[Any, Any]:
    """1 - m for m in (0, 1), and the exponent there but for h, ln of weights included: (n,).

    1 - m = e sinh(v asinh(1/sqrt(e)))^2, Gauss-Legendre in v by ``rule``, twice (n,): dense where
    ``field``, the typical |h|, pushes m to 1, within e = 4/field. ``curvature`` counts from m = 1.
    The other half is the mirror image: <sign m> needs the integral split at 0.
    """
    near = 4.0 / max(4.0, field + 2.0 * abs(curvature))
    length = math.asinh(1.0 / math.sqrt(near))
    v, weight = rule
    short, exponents = np.empty(len(v)), np.empty(len(v))
    for j in range(len(v)):
        sinh = math.sinh(length * v[j])
        gap = short[j] = near * sinh * sinh
        entropy = -(1.0 - 0.5 * gap) * math.log1p(-0.5 * gap) - 0.5 * gap * math.log(0.5 * gap)
        slope = 2.0 * near * length * sinh * math.sqrt(1.0 + sinh * sinh)
        exponents[j] = (
            -curvature * gap * (2.0 - gap) + kappa * entropy + math.log(weight[j] * slope)
        )
    return short, exponents


@kernel
def site(
    h: float, curvature: float, short: Array, exponents: Array
) -> tuple[float, float, float, float]:
    """ln int dm exp(...), 1 - |<m>|, <m^2> - <m>^2 and |<sign m>| at field h.

    ``short`` and ``exponents`` (n,) are ``magnetisation_nodes``. <m> and <sign m> have the sign of
    h. All in terms of 1 - m: a magnetisation close to 1 keeps the digits of what it lacks.
    """
    size = abs(h)
    largest = -np.inf
    for j in range(len(short)):
        largest = max(largest, exponents[j] - size * short[j])
    norm = first = second = sign = 0.0
    for j in range(len(short)):
        exponent = exponents[j] - size * short[j] - largest
        if exponent < -DEEP:
            continue
        up, m = math.exp(exponent), 1.0 - short[j]
        down = up * math.exp(-2.0 * size * m) if 2.0 * size * m < DEEP else 0.0
        norm += up + down
        sign += up - down
        first += short[j] * up + (1.0 + m) * down
        second += short[j] * short[j] * up + (1.0 + m) * (1.0 + m) * down
    first /= norm
    return (
        curvature + size + largest + math.log(norm),
        first,
        second / norm - first * first,
        sign / norm,
    )


@kernel
def field_sites(
    q_hat: float,
    r_hat: float,
    Q_hat: float,
    kappa: float,
    rule: tuple[Array, Array],
    fineness: float,
) -> Sites:
    """The averages at conjugates q^, r^ and Q^; h = sqrt(q^) z + r^."""
    if not math.isfinite(q_hat + r_hat + Q_hat):
        return Sites(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan)
    deviation = math.sqrt(max(q_hat, 0.0))
    centre, scale = -r_hat / max(deviation, 1e-100), 1.0 / max(1.0, deviation)
    if abs(centre) > FARTHEST:
        centre, scale = 0.0, 1.0
    y, weight = turning_nodes(scale, OUTER_STEP / fineness)
    curvature = Q_hat - 0.5 * q_hat
    short, exponents = magnetisation_nodes(curvature, kappa, abs(r_hat) + 3.0 * deviation, rule)
    missing = missing_squared = sign_overlap = width = spread = log_mean = 0.0
    for i in range(len(y)):
        z = centre + y[i]
        h = r_hat + deviation * z
        share = weight[i] * density(z)
        log_norm, gap, variance, sign = site(h, curvature, short, exponents)
        lacks = gap if h >= 0.0 else 2.0 - gap  # 1 - <m>
        missing += share * lacks
        missing_squared += share * lacks * lacks
        sign_overlap += share * math.copysign(sign, h)
        width += share * variance
        spread += share * variance * variance
        log_mean += share * log_norm
    overlap, scatter = 1.0 - missing, missing_squared - missing * missing
    return Sites(
        overlap * overlap + scatter + width, overlap, sign_overlap, width, scatter, spread, log_mean
    )
