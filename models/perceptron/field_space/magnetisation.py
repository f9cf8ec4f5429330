"""One magnetisation in a field h: the integrals over it (after arXiv:2212.02846, derived).

    int dm exp(curvature m^2 + h m + kappa S(m)) on [-1, 1]

S(m) = -(1+m)/2 ln((1+m)/2) - (1-m)/2 ln((1-m)/2), the entropy of a sign of mean m.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, inlined, kernel
from toysim.numerics.elementary import exp, log, log1p

Array = npt.NDArray[np.float64]

# With 3/2 of the nodes no order parameter or free entropy moves by 1e-8, at any kappa (measured up
# to 10^5).
STIFF = 75.0  # curvature at m = 0 beyond which shared nodes may miss a peak: nodes follow it
NEGLIGIBLE = 32.0
STRIDE = 1.5  # of such a peak's width, by which its ends are looked for
NODES = 40  # of m in (0, 1), for all fields
STIFF_NODES = 60  # around a peak: 40 are off by 1e-6


class Nodes(NamedTuple):
    """Of the integral over m: its curvature and kappa, the rule in s, and nodes that all fields
    share: 1 - m and the exponent but for h, (n,).
    """

    curvature: float
    kappa: float
    rule: tuple[Array, Array]
    short: Array
    exponents: Array


class Rule(NamedTuple):
    """Gauss-Legendre abscissae and weights on (0, 1): for nodes that all fields share, and that
    follow one.
    """

    shared: tuple[Array, Array]
    stiff: tuple[Array, Array]


@cache
def legendre(fineness: float = 1.0) -> Rule:
    """NODES and STIFF_NODES of them, times ``fineness``."""
    rules = (np.polynomial.legendre.leggauss(round(n * fineness)) for n in (NODES, STIFF_NODES))
    return Rule(*((0.5 * (1.0 + x), 0.5 * weight) for x, weight in rules))


@kernel
def magnetisation_nodes(curvature: float, kappa: float, field: float, rule: Rule) -> Nodes:
    """Nodes in m for fields up to about ``field``, the typical |h|; ``rule`` (n,): see above.

    1 - m = e sinh(s)^2 is dense where the field pushes m to 1, within e = 4/field. Up to STIFF the
    same nodes, over all s, serve every field.
    """
    near = 4.0 / max(4.0, field + 2.0 * abs(curvature))
    length = math.asinh(1.0 / math.sqrt(near))
    short, exponents = placed(near, 0.0, length, curvature, kappa, rule.shared)
    return Nodes(curvature, kappa, rule.stiff, short, exponents)


@inlined
def sign_entropy(gap: float) -> float:
    """S(m) at m = 1 - gap."""
    return -(1.0 - 0.5 * gap) * log1p(-0.5 * gap) - 0.5 * gap * log(0.5 * gap)


@borrowing
def exponent(s: float, near: float, h: float, of: Nodes) -> float:
    """What the integrand over s is the exponential of, counted from m = 1."""
    gap = near * math.sinh(s) ** 2
    at = of.kappa * sign_entropy(gap) - gap * (h + of.curvature * (2.0 - gap))
    return at + math.log(math.sinh(2.0 * s))


@kernel
def placed(
    near: float,
    first: float,
    last: float,
    curvature: float,
    kappa: float,
    rule: tuple[Array, Array],
) -> tuple[Any, Any]:
    """1 - m at Gauss-Legendre nodes of s from ``first`` to ``last``, and the exponent there but for
    h, ln of weights included: (n,). ``curvature`` counts from m = 1.
    """
    v, weight = rule
    short, exponents = np.empty(len(v)), np.empty(len(v))
    for j in range(len(v)):
        rise = exp(first + (last - first) * v[j])
        sinh, cosh = 0.5 * (rise - 1.0 / rise), 0.5 * (rise + 1.0 / rise)
        gap = near * sinh * sinh
        slope = 2.0 * near * (last - first) * sinh * cosh
        short[j] = gap
        exponents[j] = (
            kappa * sign_entropy(gap) - curvature * gap * (2.0 - gap) + log(weight[j] * slope)
        )
    return short, exponents


@kernel
def stiff_nodes(h: float, of: Nodes) -> tuple[Any, Any]:
    """As ``placed``, around the peak at a field h >= 0: there m is sharp, sqrt((1 - m^2)/kappa).

    Its place and width in s are those of the whole exponent, ln(dm/ds) included, which has one
    maximum: by Newton's method in a bracket.
    """
    near = 4.0 / max(4.0, h + 2.0 * abs(of.curvature))
    length = math.asinh(1.0 / math.sqrt(near))
    low, high, s, width = 0.0, length, 0.5 * length, length
    for _ in range(60):
        gap, double = near * math.sinh(s) ** 2, math.sinh(2.0 * s)
        m = 1.0 - gap
        force = 2.0 * of.curvature * m + h - 0.5 * of.kappa * math.log((2.0 - gap) / gap)
        slope = 2.0 * math.cosh(2.0 * s) / double - force * near * double
        bend = (2.0 * of.curvature - of.kappa / (gap * (2.0 - gap))) * (near * double) ** 2
        bend -= force * 2.0 * near * math.cosh(2.0 * s) + 4.0 / double**2
        low, high = (s, high) if slope > 0.0 else (low, s)
        width = min(length, 1.0 / math.sqrt(-bend)) if bend < 0.0 else length
        moved = s - slope / bend if bend < 0.0 else low
        moved = moved if low < moved < high else 0.5 * (low + high)
        if abs(moved - s) < 1e-3 * width:
            break
        s = moved
    peak = exponent(s, near, h, of)
    first = last = s
    while first > 0.0 and exponent(first, near, h, of) > peak - NEGLIGIBLE:
        first = max(first - STRIDE * width, 0.0)
    while last < length and exponent(last, near, h, of) > peak - NEGLIGIBLE:
        last = min(last + STRIDE * width, length)
    return placed(near, first, last, of.curvature, of.kappa, of.rule)


@kernel
def site(h: float, of: Nodes) -> tuple[float, float, float, float]:
    """ln int dm exp(...), 1 - |<m>|, <m^2> - <m>^2 and 1 - |<sign m>| at field h.

    <m> and <sign m> have the sign of h. All in terms of 1 - m: a magnetisation close to 1 keeps the
    digits of what it lacks. The other half of the nodes is the mirror image: <sign m> needs the
    integral split at 0.
    """
    size = abs(h)
    short, exponents = of.short, of.exponents
    if of.kappa - 2.0 * min(of.curvature, 0.0) > STIFF:
        short, exponents = stiff_nodes(size, of)
    largest, at_peak = -np.inf, 1.0
    for j in range(len(short)):
        if exponents[j] - size * short[j] > largest:
            largest, at_peak = exponents[j] - size * short[j], short[j]
    up, down = np.empty(len(short)), np.empty(len(short))
    for j in range(len(short)):
        up[j] = exp(exponents[j] - size * short[j] - largest)
        down[j] = up[j] * exp(-2.0 * size * (1.0 - short[j]))
    norm = first = second = against = 0.0
    for j in range(len(short)):
        here, mirrored = short[j] - at_peak, 2.0 - short[j] - at_peak
        norm += up[j] + down[j]
        against += down[j]
        first += here * up[j] + mirrored * down[j]
        second += here * here * up[j] + mirrored * mirrored * down[j]
    first /= norm
    return (
        of.curvature + size + largest + math.log(norm),
        at_peak + first,
        second / norm - first * first,
        2.0 * against / norm,
    )
