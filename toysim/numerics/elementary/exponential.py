"""exp, expm1 and tanh.

x = k ln 2 + r with a whole k and |r| <= ln(2)/2; exp r = 1 + r + r^2 q(r). q is a Chebyshev fit at
60 digits, off by 1.7e-16 (2e-17 of exp r).
"""

import math
from typing import Any

import numpy as np

from toysim.jit import inlined
from toysim.numerics.elementary.polynomial import polynomial

PER_LOG_2 = 1.0 / math.log(2.0)
# ln 2 in two parts; a whole number of eleven bits times the first is exact.
LOG_2_HIGH, LOG_2_LOW = 3048493539143.0 * 2.0**-42, 5.497923018708371e-14
# Added to a number it leaves a whole one; as integers, the last bits of the sum are k + 2046.
WHOLE = 1.5 * 2.0**52 + 2046.0
ONE, EXPONENT, TO_HALF = np.uint64(1), np.uint64(52), np.uint64(1024)
QUADRATIC = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
)


@inlined
def reduced(x: float) -> tuple[Any, float]:
    """Bits that end in k + 2046, and r."""
    shifted = x * PER_LOG_2 + WHOLE
    k = shifted - WHOLE
    return np.float64(shifted).view(np.uint64), (x - k * LOG_2_HIGH) - k * LOG_2_LOW


@inlined
def power_of_two(bits: Any) -> float:
    """2^(n - 1023) for bits that end in n, 0 < n < 2047."""
    return np.uint64(bits << EXPONENT).view(np.float64)


@inlined
def exp_of_sum(x: float, small: float) -> float:
    """exp(x + small) for |small| < 1e-3; 2^k in two factors, as it may overflow or be subnormal."""
    # Comparisons this way round let nan pass.
    x = -746.0 if x < -746.0 else x
    x = 710.0 if x > 710.0 else x
    bits, r = reduced(x)
    r += small
    half = bits >> ONE
    y = 1.0 + (r + r * r * polynomial(r, QUADRATIC))
    return y * power_of_two(half) * power_of_two(bits - half)


@inlined
def exp(x: float) -> float:
    """e^x, off by at most 1.6e-16 of itself for x from -708.4 to 709.78.

    inf above, subnormal below (to the last bit or its neighbour), 0 below -745.1; nan stays.
    """
    return exp_of_sum(x, 0.0)


@inlined
def expm1(x: float) -> float:
    """e^x - 1, off by at most 2.9e-16 of itself for any x.

    inf above 709.78, -1 far to the left; zeros keep their sign, tiny x are returned; nan stays.
    """
    y = -40.0 if x < -40.0 else x
    y = 710.0 if y > 710.0 else y
    bits, r = reduced(y)
    r += r * r * polynomial(r, QUADRATIC)
    half = power_of_two(bits - TO_HALF)
    scaled = 2.0 * (half * r + (half - 0.5))
    return scaled if abs(x) > 0.25 else r if x != 0.0 else x


@inlined
def tanh(x: float) -> float:
    """tanh x = t/(t + 2), t = e^2x - 1; off by at most 3.8e-16 of itself for any x; exactly odd.

    1 and -1 from 19.1 on; zeros keep their sign, tiny x are returned; nan stays.
    """
    y = abs(x)
    t = expm1(40.0 if y > 20.0 else 2.0 * y)
    return math.copysign(t / (t + 2.0), x)
