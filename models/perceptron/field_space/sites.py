"""Averages over one magnetisation: int dm exp(curvature m^2 + h m + kappa S(m)) on [-1, 1], h a random field.

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

# With 2/3 of the step and 3/2 of the nodes no order parameter or free entropy moves by 1e-9, up to fields of 10^6.
OUTER_STEP = 0.25
NODES = 40  # of m in (0, 1)
REACH = 9.0  # G(9) = 1e-18
FARTHEST = 6.0  # a turn of the magnetisation farther out than this weighs less than 1e-9
BULK = 1.5  # the Gaussian's own scale


class Sites(NamedTuple):
    """Averages over the random field: E<m^2>, E<m>^2, E<m>, E<sign m>, E(<m^2>-<m>^2)^2 and E ln int dm."""

    self_overlap: float
    replica_overlap: float
    overlap: float
    sign_overlap: float
    spread: float
    log_mean: float


@cache
def legendre(fineness: float = 1.0) -> tuple[Array, Array]:
    """Gauss-Legendre abscissae and weights on (0, 1)."""
    x, weight = np.polynomial.legendre.leggauss(round(NODES * fineness))
    return 0.5 * (1.0 + x), 0.5 * weight


@kernel
def field_nodes(centre: float, scale: float, step: float) -> tuple[Any, Any]:
    """Nodes z and weights of int Dz g(z), g turning within ``scale`` of ``centre`` and smooth on the bulk's scale.

    Trapezoid in u = asinh((z - centre)/scale) + (z - centre)/BULK, so that nodes are dense where either asks for it.
    """
    if abs(centre) > FARTHEST:
        centre, scale = 0.0, 1.0
    low, high = -REACH - centre, REACH - centre
    first = math.floor((math.asinh(low / scale) + low / BULK) / step)
    last = math.ceil((math.asinh(high / scale) + high / BULK) / step)
    z, weight = np.empty(last - first + 1), np.empty(last - first + 1)
    y = low
    for i in range(len(z)):
        for _ in range(50):  # Newton from the node before
            slope = 1.0 / math.sqrt(scale * scale + y * y) + 1.0 / BULK
            change = (step * (first + i) - math.asinh(y / scale) - y / BULK) / slope
            y += change
            if abs(change) < 1e-13 * (scale + abs(y)):
                break
        z[i] = centre + y
        weight[i] = step * density(z[i]) / (1.0 / math.sqrt(scale * scale + y * y) + 1.0 / BULK)
    return z, weight


@kernel
def magnetisation_nodes(curvature: float, kappa: float, field: float, rule: tuple[Array, Array]) -> tuple[Any, Any]:
    """m in (0, 1), and the exponent without field there, ln of the weights included; ``field`` is the typical |h|.

    1 - m = e sinh(v asinh(1/sqrt(e)))^2, Gauss-Legendre in v: dense where the field pushes m to 1, within e = 4/field.
    The other half is the mirror image: <sign m> needs the integral split at 0.
    """
    near = 4.0 / max(4.0, field + 2.0 * abs(curvature))
    length = math.asinh(1.0 / math.sqrt(near))
    v, weight = rule
    m, exponents = np.empty(len(v)), np.empty(len(v))
    for j in range(len(v)):
        sinh = math.sinh(length * v[j])
        short = near * sinh * sinh  # 1 - m
        m[j] = 1.0 - short
        entropy = -(1.0 - 0.5 * short) * math.log1p(-0.5 * short) - 0.5 * short * math.log(0.5 * short)
        slope = 2.0 * near * length * sinh * math.sqrt(1.0 + sinh * sinh)
        exponents[j] = curvature * m[j] * m[j] + kappa * entropy + math.log(weight[j] * slope)
    return m, exponents


@kernel
def site(h: float, exponents: Array, m: Array) -> tuple[float, float, float, float]:
    """ln int dm exp(...), <m>, <m^2>, <sign m> at field h."""
    size = abs(h)
    largest = -np.inf
    for j in range(len(m)):
        largest = max(largest, exponents[j] + size * m[j])
    norm = first = second = sign = 0.0
    for j in range(len(m)):
        up = math.exp(exponents[j] + size * m[j] - largest)
        down = up * math.exp(-2.0 * size * m[j])
        norm += up + down
        sign += up - down
        first += m[j] * (up - down)
        second += m[j] * m[j] * (up + down)
    direction = math.copysign(1.0, h)
    return largest + math.log(norm), direction * first / norm, second / norm, direction * sign / norm


@kernel
def field_sites(
    square: float, cross: float, self_square: float, kappa: float, rule: tuple[Array, Array], fineness: float
) -> Sites:
    """The averages at conjugates q^ = square, r^ = cross, Q^ = self_square; h = sqrt(q^) z + r^."""
    width = math.sqrt(max(square, 0.0))
    z, weight = field_nodes(-cross / max(width, 1e-100), 1.0 / max(1.0, width), OUTER_STEP / fineness)
    m, exponents = magnetisation_nodes(self_square - 0.5 * square, kappa, abs(cross) + 3.0 * width, rule)
    self_overlap = replica_overlap = overlap = sign_overlap = spread = log_mean = 0.0
    for i in range(len(z)):
        log_norm, first, second, sign = site(cross + width * z[i], exponents, m)
        self_overlap += weight[i] * second
        replica_overlap += weight[i] * first * first
        overlap += weight[i] * first
        sign_overlap += weight[i] * sign
        spread += weight[i] * (second - first * first) ** 2
        log_mean += weight[i] * log_norm
    return Sites(self_overlap, replica_overlap, overlap, sign_overlap, spread, log_mean)
