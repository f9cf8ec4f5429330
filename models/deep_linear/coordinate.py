"""The learning coordinate x of a pathway: the clock reading at which its first layer has the value
p.

A pathway of layers p, q, ..., q with q^2 = p^2 + c has the strength K = p f(p) and moves by
dx/dt = Omega while it is open, whatever its state; so open pathways keep their distance in x. Both
sides read the invariant off x. Theory also moves by it, where simulation does not: a slip here
would show in theory's strengths.

Derived from the flow of the multi-pathway network of arXiv:2308.12221.
"""

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, inlined
from toysim.numerics.elementary import expm1, log1p
from toysim.numerics.powers import integer_power
from toysim.numerics.quadrature import NODES, POINTS, WEIGHTS

Array = npt.NDArray[np.float64]

# Logarithm of (x / (x - x(0)))^2 below which that difference loses digits.
CANCELLING = math.log(1e-4)
MAX_TERMS = 1000


@borrowing
def other_layers(p: float, c: float, depth: int) -> float:
    """Product of the layers 2..D of a pathway, f = (p^2 + c)^((D-1)/2) = dp/dx."""
    w = p * p + c
    product = integer_power(w, (depth - 1) // 2)
    return product * math.sqrt(w) if depth % 2 == 0 else product


@borrowing
def strength_at(p: float, c: float, depth: int) -> float:
    """K = p (p^2 + c)^((D-1)/2)."""
    return p * other_layers(p, c, depth)


@borrowing
def coordinate(p: float, c: float, depth: int) -> float:
    """x(p) with dx/dp = (p^2 + c)^(-(D-1)/2), and x(infinity) = 0 at D > 2.

    D = 1:  p        D = 2:  asinh(p/sqrt(c)),  at c = 0 ln p
    D > 2:  c = 0    p^(2-D)/(2-D);     NaN at c = 0, D > 1 and p <= 0
            c > 0    c^(-(D-2)/2) [J_(D-3)(theta) - J_(D-3)(pi/2)],  p = sqrt(c) tan(theta)
    """
    if depth == 1:
        return p
    if c == 0.0 and not p > 0.0:
        return math.nan
    if depth == 2:
        return math.log(p) if c == 0.0 else math.asinh(p / math.sqrt(c))
    root_c, length = math.sqrt(c), math.sqrt(p * p + c)
    if p > 0.0 and (c == 0.0 or 2.0 * (depth - 2.0) * math.log(root_c / length) < CANCELLING):
        return far_coordinate(p, c, depth)
    whole = cosine_integral(0.5 * math.pi, 1.0, 0.0, depth - 3)
    part = cosine_integral(math.atan2(p, root_c), p / length, root_c / length, depth - 3)
    return (part - whole) / math.pow(root_c, depth - 2.0)


@borrowing
def cosine_integral(theta: float, sine: float, cosine: float, m: int) -> float:
    """J_m(theta) = int_0^theta cos^m:  J_0 = theta,  J_1 = sin,  J_m = cos^(m-1) sin / m + (m-1)/m
    J_(m-2).
    """
    odd = m % 2
    integral = sine if odd == 1 else theta
    power = cosine * cosine if odd == 1 else cosine
    for j in range(2 + odd, m + 1, 2):
        integral = (power * sine + (j - 1) * integral) / j
        power *= cosine * cosine
    return integral


@borrowing
def far_coordinate(p: float, c: float, depth: int) -> float:
    """x(p) = -int_p^inf (u^2 + c)^(-(D-1)/2) du at p > 0, D > 2, by a series of one sign.

    x = -L^(2-D) sum_k binom(2k, k)/4^k y^k / (D - 2 + 2k),   L^2 = p^2 + c,   y = c/L^2
    """
    square = p * p + c
    y, term, total = c / square, 1.0, 0.0
    for k in range(MAX_TERMS):
        total += term / (depth - 2.0 + 2.0 * k)
        term *= y * (k + 0.5) / (k + 1.0)
        if term <= 1e-17:
            break
    return -total * math.pow(square, 1.0 - 0.5 * depth)


@borrowing
def mirrored(p: float, c: float, depth: int) -> bool:
    """Whether to count x from -infinity, where x(p) - x(-infinity) = -x(-p) keeps its digits."""
    return p < 0.0 and c > 0.0 and depth > 2


@borrowing
def between(p: float, c: float, q: float, d: float, depth: int) -> float:
    """x(q) - x(p) of first layers p and q with offsets c and d.

    Between neighbours the integral of dx/dp, which keeps the digits that large x lose.
    """
    near = c == d and depth * abs(q - p) <= math.sqrt(min(p * p, q * q) + c)
    if near and (c > 0.0 or min(p, q) > 0.0):
        if q == p:
            return 0.0
        total = 0.0
        for k in range(POINTS):
            total += WEIGHTS[k] / other_layers(p + (q - p) * NODES[k], c, depth)
        return (q - p) * total
    if c == d and mirrored(p, c, depth) and mirrored(q, d, depth):
        return coordinate(-p, c, depth) - coordinate(-q, d, depth)
    return coordinate(q, d, depth) - coordinate(p, c, depth)


@inlined
def log_ratio(p: float, q: float) -> float:
    """ln(p/q) of positive numbers, to its own digits where they are close; NaN where one is not
    positive.
    """
    low, high = (p, q) if p < q else (q, p)
    size = log1p((high - low) / low) if low > 0.0 else math.nan
    return -size if p < q else size


@borrowing
def distances(p: Array, c: Array, depth: npt.NDArray[np.int64], out: Array) -> None:
    """x_0 - x_p of every row and pathway: p, c, out (n, P), depth (n,).

    c = 0:  D = 2:  ln(p_0/p_p)     D > 2:  p^(2-D) [1 - (p/q)^(D-2)] / (D-2) of the lesser p and
    the greater q, with the sign of p_0 - p_p
    """
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            out[i, j] = p[i, 0]
    numbers, ratios = p.reshape(p.size), out.reshape(p.size)
    for k in range(p.size):
        ratios[k] = log_ratio(ratios[k], numbers[k])
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            if depth[i] == 1 or c[i, j] != 0.0 or c[i, 0] != 0.0:  # or NaN
                out[i, j] = between(p[i, j], c[i, j], p[i, 0], c[i, 0], depth[i])
            elif depth[i] > 2:
                power = integer_power(min(p[i, 0], p[i, j]), depth[i] - 2)
                grown = expm1(-(depth[i] - 2.0) * abs(out[i, j]))
                size = -grown / ((depth[i] - 2.0) * power)
                out[i, j] = math.copysign(size, out[i, j])
