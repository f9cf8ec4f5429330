"""Random numbers of several kinds inside a kernel, for models that draw few of each.

Normal numbers come from a buffer that ``elementary.normal.fill_normals`` fills as a vector; the
others are made of them. A state (3,) is the key, the next block and how much of the buffer is used,
as signed words; ``Batch.words`` gives the first two of every row. A call costs 20 ns (arrays are
counted), so numbers are drawn many at a time.
"""

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel
from toysim.numerics.elementary.normal import fill_normals, pair_of_block

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@inlined
def begin(state: Ints, words: Words, buffer: Array) -> None:
    """At the start of a row's stream, with nothing in the buffer (n,), n even."""
    state[0], state[1], state[2] = np.int64(words[0]), np.int64(words[1]), len(buffer)


@kernel
def refill(state: Ints, buffer: Array) -> None:
    """A new buffer: block by block of the key."""
    pairs = buffer.reshape((2, len(buffer) // 2))
    fill_normals(np.uint64(state[0]), np.uint64(state[1]), pairs)
    state[1] += 1
    state[2] = 0


@kernel
def normals_of_rows(words: Words, z: Array, first: int = 0) -> None:
    """Fills z (n_rows, n), n even, with standard normal numbers from the rows' words (n_rows, 2),
    blocks ``first`` to ``first`` + n/2 - 1: 2 ns a number, 10 by a row's generator.
    """
    half = z.shape[1] // 2
    for i in range(len(z)):
        key, stream = words[i, 0], words[i, 1]
        for b in range(half):
            z[i, b], z[i, half + b] = pair_of_block(first + b, stream, key)


@kernel
def normals_into(state: Ints, buffer: Array, z: Array) -> None:
    """Fills z (n,) with standard normal numbers, |z| < 8.6."""
    at = state[2]
    for i in range(len(z)):
        if at == len(buffer):
            refill(state, buffer)
            at = 0
        z[i] = buffer[at]
        at += 1
    state[2] = at


@kernel
def chi_squared_into(state: Ints, buffer: Array, freedom: int, g: Array) -> None:
    """Fills g (n,) with sums of ``freedom`` squared normal numbers, 0 of none; from two on by the
    method of Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), whose
    uniform number is exp(-e), e half the sum of two squared normal ones; accepted without a
    logarithm where e > y/(1-y) > -log(1-y), y = .0331 x^4. The buffer's length is a multiple of 6.
    """
    d = 0.5 * freedom - 1.0 / 3.0
    c, at = 1.0 / math.sqrt(9.0 * max(d, 0.1)), state[2]
    at += (-at) % 3  # three numbers a try
    for i in range(len(g)):
        g[i] = 0.0
        while freedom > 0:
            if at >= len(buffer):
                refill(state, buffer)
                at = 0
            x, second, third = buffer[at], buffer[at + 1], buffer[at + 2]
            at += 3
            square, v = x * x, 1.0 + c * x
            if freedom == 1:
                g[i] = square
                break
            if v > 0.0:
                v, e = v * v * v, 0.5 * (second * second + third * third)
                y = 0.0331 * square * square
                if e * (1.0 - y) > y or -e < 0.5 * square + d * (1.0 - v + math.log(v)):
                    g[i] = 2.0 * d * v
                    break
    state[2] = at
