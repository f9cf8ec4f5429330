"""log and log1p.

x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). With s = f/(2 + f), log(1 + f) = 2 artanh s =
2 s + s^3 a(s^2), and 2 s = f - f^2/2 + s f^2/2. a is a Chebyshev fit at 60 digits, off by 4e-16
(6e-18 of log(1 + f)).
"""

import math

import numpy as np

from toysim.jit import inlined
from toysim.numerics.elementary.exponential import LOG_2_HIGH, LOG_2_LOW
from toysim.numerics.elementary.polynomial import polynomial

SMALLEST_NORMAL, SHIFT, TO_NORMAL = 2.0**-1022, 54.0, 2.0**54
ROOT_HALF = np.float64(math.sqrt(0.5)).view(np.uint64)
BIASED = np.uint64((1023 << 52) - int(ROOT_HALF))
MANTISSA, EXPONENT = np.uint64(2**52 - 1), np.uint64(52)
TWO_TO_52, BIAS = np.float64(2.0**52).view(np.uint64), 2.0**52 + 1023.0
ARTANH = (
    0.666666666666667,
    0.39999999999899444,
    0.2857142862600327,
    0.22222211130259878,
    0.18182889455674947,
    0.15331710618210773,
    0.14616585424888623,
)


@inlined
def parts(x: float) -> tuple[float, float]:
    """e and f of a normal x > 0. Integers become floats by their bits: conversions of 64 bits
    vectorise on few machines.
    """
    bits = np.float64(x).view(np.uint64) + BIASED
    exponent = np.uint64((bits >> EXPONENT) | TWO_TO_52).view(np.float64) - BIAS
    return exponent, np.uint64((bits & MANTISSA) + ROOT_HALF).view(np.float64) - 1.0


@inlined
def log_of_parts(e: float, f: float, small: float) -> float:
    """e ln 2 + log(1 + f) + small."""
    square = 0.5 * f * f
    s = f / (2.0 + f)
    z = s * s
    curved = s * (square + z * polynomial(z, ARTANH)) + (e * LOG_2_LOW + small)
    return e * LOG_2_HIGH - ((square - curved) - f)


@inlined
def at_the_ends(value: float, x: float, zero: float) -> float:
    """value where zero < x < inf, -inf at zero, nan below; inf and nan stay."""
    value = value if x < np.inf else x
    return value if not x <= zero else (-np.inf if x == zero else np.nan)


@inlined
def log(x: float) -> float:
    """ln x, off by at most 1.6e-16 of itself for any x, subnormal or not.

    -inf at 0 of either sign, nan below and for nan, inf at inf.
    """
    tiny = x < SMALLEST_NORMAL
    e, f = parts(x * TO_NORMAL if tiny else x)
    return at_the_ends(log_of_parts(e - (SHIFT if tiny else 0.0), f, 0.0), x, 0.0)


@inlined
def log1p(x: float) -> float:
    """ln(1 + x), off by at most 1.6e-16 of itself for any x.

    -inf at -1, nan below and for nan, inf at inf; zeros keep their sign, tiny x are returned.
    """
    u = 1.0 + x
    most = u - 1.0
    lost = (1.0 - (u - most)) + (x - most)  # 1 + x = u + lost
    e, f = parts(u)
    near = e == 0.0
    value = log_of_parts(e, x if near else f, 0.0 if near else lost / u)
    return at_the_ends(value, x, -1.0) if x != 0.0 else x
