"""From overlaps to errors and gaps: read by both sides.

I2(a, b) = (2/pi) asin(C_ab/sqrt((1 + C_aa)(1 + C_bb))), of units a, b of student and teacher.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]


@kernel
def pair(both: float, a: float, b: float) -> float:
    """I2 = E g(x_a) g(x_b) of fields with covariance ((a, both), (both, b)), g = erf(x/sqrt 2)."""
    ratio = both / math.sqrt((1.0 + a) * (1.0 + b))
    return 2.0 / math.pi * math.asin(min(1.0, max(-1.0, ratio)))


@kernel
def error(r: Array, q: Array) -> float:
    """E (teacher - student)^2/2; r (K, M), q (K, K), teachers orthonormal."""
    total: float = r.shape[1] / 3.0 / 2.0  # I2 of a teacher with itself is 1/3
    for i in range(r.shape[0]):
        for n in range(r.shape[1]):
            total -= pair(r[i, n], q[i, i], 1.0)
        for k in range(r.shape[0]):
            total += 0.5 * pair(q[i, k], q[i, i], q[k, k])
    return total


@kernel
def gap(r: Array) -> float:
    """Mean over student units of the largest less the second largest |R_kn|; NaN for M = 1."""
    if r.shape[1] == 1:
        return math.nan
    total = 0.0
    for i in range(r.shape[0]):
        first, second = 0.0, 0.0
        for n in range(r.shape[1]):
            size = abs(r[i, n])
            if size > first:
                first, second = size, first
            elif size > second:
                second = size
        total += first - second
    mean: float = total / r.shape[0]
    return mean


def courses_of(r: Array, q: Array) -> dict[str, Array]:
    """Errors and gaps (rows, R) of overlaps (rows, K, M, R) and (rows, K, K, R)."""
    n_rows, n_records = r.shape[0], r.shape[-1]
    found = np.full((2, n_rows, n_records), np.nan)
    for i in range(n_rows):
        for j in range(n_records):
            here = np.ascontiguousarray(r[i, :, :, j])
            found[0, i, j] = error(here, np.ascontiguousarray(q[i, :, :, j]))
            found[1, i, j] = gap(here)
    return {"error": found[0], "gap": found[1]}
