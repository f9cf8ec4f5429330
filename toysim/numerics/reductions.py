"""Sums and maxima that fill vectors, for use in kernels: a plain loop waits for the last term at
every one (a sum of 4096 numbers takes 3.4 us; 0.4 us here). One order of terms on every machine.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined

Array = npt.NDArray[np.float64]


@inlined
def total(x: Array, room: Array) -> float:
    """Sum of ``x`` (n,): eight parts side by side into ``room`` (n/8 or more,), then four sums."""
    q = len(x) // 8
    for i in range(q):
        low = (x[i] + x[q + i]) + (x[2 * q + i] + x[3 * q + i])
        high = (x[4 * q + i] + x[5 * q + i]) + (x[6 * q + i] + x[7 * q + i])
        room[i] = low + high
    s0, s1, s2, s3, whole = 0.0, 0.0, 0.0, 0.0, q // 4 * 4
    for i in range(0, whole, 4):
        s0, s1 = s0 + room[i], s1 + room[i + 1]
        s2, s3 = s2 + room[i + 2], s3 + room[i + 3]
    for i in range(whole, q):
        s0 += room[i]
    for i in range(8 * q, len(x)):
        s1 += x[i]
    return (s0 + s1) + (s2 + s3)


@inlined
def larger(a: float, b: float) -> float:
    return a if a > b else b


@inlined
def largest(x: Array, room: Array) -> float:
    """Maximum of ``x`` (n,), none of them nan, in the same way; -inf of none."""
    q, most = len(x) // 8, -math.inf
    for i in range(q):
        low = larger(larger(x[i], x[q + i]), larger(x[2 * q + i], x[3 * q + i]))
        high = larger(larger(x[4 * q + i], x[5 * q + i]), larger(x[6 * q + i], x[7 * q + i]))
        room[i] = larger(low, high)
    for i in range(q):
        most = larger(most, room[i])
    for i in range(8 * q, len(x)):
        most = larger(most, x[i])
    return most


@inlined
def dot(a: Array, b: npt.NDArray[np.floating[Any]]) -> float:
    """a . b, both (n,), short: four sums side by side."""
    s0, s1, s2, s3, n = 0.0, 0.0, 0.0, 0.0, len(a) // 4 * 4
    for i in range(0, n, 4):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
    for i in range(n, len(a)):
        s0 += a[i] * b[i]
    return (s0 + s1) + (s2 + s3)
