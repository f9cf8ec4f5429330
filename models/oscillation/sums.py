"""Sums whose terms are added side by side: a chain of additions waits four cycles for each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing

Array = npt.NDArray[np.float64]


SIDE_BY_SIDE = 32  # ns a pair of weights in ``catapult.simulation``: 16 .28, 32 .19, 64 .20


@borrowing
def total(terms: Array) -> float:
    """Sum of ``terms`` (n,) by four partial sums, of every fourth term each."""
    a = b = c = d = 0.0
    whole = len(terms) - len(terms) % 4
    for j in range(0, whole, 4):
        a += terms[j]
        b += terms[j + 1]
        c += terms[j + 2]
        d += terms[j + 3]
    for j in range(whole, len(terms)):
        a += terms[j]
    return (a + b) + (c + d)
