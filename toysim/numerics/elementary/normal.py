"""Standard normal numbers in double precision: Philox4x32-10 and Box-Muller in one vectorised loop.

As ``toysim.numerics.normals``, of which the generator is, with a block of four words for two
numbers in place of four.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel
from toysim.numerics.elementary.logarithm import log_of_parts, parts
from toysim.numerics.elementary.polynomial import polynomial
from toysim.numerics.normals import HIGH, filled, philox

Floats = npt.NDArray[np.float64]

SPARE, SIGN, SWAP = np.uint64(12), np.uint64(1), np.uint64(2)
ONE = np.float64(1.0).view(np.uint64)
HALF_STEP = 2.0**-53
# (sin x - x)/x^3 and (cos x - 1 + x^2/2)/x^4 in powers of x^2 for |x| <= pi/4, off by 2e-17
SINE = (
    -0.16666666666666666,
    0.008333333333330948,
    -0.00019841269836758574,
    2.755731610255244e-06,
    -2.5051131845003624e-08,
    1.5918129294866608e-10,
)
COSINE = (
    0.041666666666666664,
    -0.0013888888888887398,
    2.480158729876569e-05,
    -2.7557317271729793e-07,
    2.08761462684032e-09,
    -1.1382632425521717e-11,
)


@inlined
def one_to_two(word: Any) -> float:
    """1 + k/2^52, k the upper 52 of 64 bits."""
    return np.uint64((word >> SPARE) | ONE).view(np.float64)


@inlined
def normal_pair(first: Any, second: Any) -> tuple[float, float]:
    """Two independent standard normal numbers, |z| < 8.6, from two random words of 64 bits.

    sqrt(-2 log u) (cos a, sin a): u = (k + 1/2)/2^52 from the first word; from the second an angle
    in (-pi/4, pi/4) by 52 bits, the two axes swapped by one, its sign by the last. Off by at most
    5e-16 of itself.
    """
    e, f = parts(one_to_two(first) - (1.0 - HALF_STEP))
    radius = math.sqrt(-2.0 * log_of_parts(e, f, 0.0))
    x = (one_to_two(second) - 1.5 + HALF_STEP) * (math.pi / 2)
    t = x * x
    sine = x + x * t * polynomial(t, SINE)
    cosine = 1.0 - (0.5 * t - t * t * polynomial(t, COSINE))
    radius = -radius if second & SIGN else radius
    if second & SWAP:
        return radius * sine, radius * cosine
    return radius * cosine, radius * sine


@inlined
def pair_of_block(i: Any, stream: Any, key: Any) -> tuple[float, float]:
    """``normal_pair`` of the block of the counter (i, 0, low word of stream, its high word)."""
    c0, c1, c2, c3 = philox(i, stream, key)
    first = (np.uint64(c0) << HIGH) | np.uint64(c1)
    second = (np.uint64(c2) << HIGH) | np.uint64(c3)
    return normal_pair(first, second)


@kernel
def fill_normals(key: Any, stream: Any, z: Floats) -> None:
    """Fills z (2, n), n < 2^32: column i from block i."""
    z0, z1 = z[0], z[1]
    for i in range(len(z0)):
        z0[i], z1[i] = pair_of_block(i, stream, key)


def normals(shape: tuple[int, ...], generator: np.random.Generator) -> Floats:
    """Standard normal numbers, |z| < 8.6, of ``shape``; two words of ``generator`` are key and
    stream.
    """
    z = np.empty((2, -(-math.prod(shape) // 2)))
    return filled(fill_normals, z, shape, generator)
