"""Random numbers one after the other inside a kernel, for models that draw few and many kinds.

The generator is that of ``toysim.numerics.normals``; a state (3,) of unsigned words is the key, the
stream and the next block, and is moved on. ``Batch.words`` gives the first two of every row.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.elementary.normal import normal_pair
from toysim.numerics.normals import HIGH, philox

Words = npt.NDArray[np.uint64]

TWO_53 = 2.0**-53
SPARE = np.uint64(11)


@kernel
def two_words(state: Words) -> tuple[Any, Any]:
    """Two random words of 64 bits."""
    c0, c1, c2, c3 = philox(state[2], state[1], state[0])
    state[2] += np.uint64(1)
    first = (np.uint64(c0) << HIGH) | np.uint64(c1)
    return first, (np.uint64(c2) << HIGH) | np.uint64(c3)


@kernel
def two_normals(state: Words) -> tuple[float, float]:
    """Two standard normal numbers, |z| < 8.6."""
    first, second = two_words(state)
    return normal_pair(first, second)


@kernel
def normals_into(state: Words, z: npt.NDArray[np.float64]) -> None:
    """Fills z (n,)."""
    for i in range(0, len(z) - 1, 2):
        z[i], z[i + 1] = two_normals(state)
    if len(z) % 2:
        z[-1] = two_normals(state)[0]


@kernel
def chi_squared(state: Words, freedom: int) -> float:
    """A sum of ``freedom`` squared normal numbers, 0 of none; 50 ns, from two on by the method of
    Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
    """
    if freedom <= 0:
        return 0.0
    if freedom == 1:
        return two_normals(state)[0] ** 2
    d = 0.5 * freedom - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = two_normals(state)[0]
        v = 1.0 + c * x
        if v > 0.0:
            v, square = v * v * v, x * x
            u = (float(two_words(state)[0] >> SPARE) + 0.5) * TWO_53
            if u < 1.0 - 0.0331 * square * square:
                return 2.0 * d * v
            if math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
                return 2.0 * d * v
