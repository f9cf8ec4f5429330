"""Matrix products and sums as kernels of their own: written inside larger kernels each compiles
anew, for seconds. Matrices have whatever shapes fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Floats = npt.NDArray[np.floating[Any]]


@kernel
def times(a: Floats, b: Floats) -> Floats:
    """a b."""
    product: Floats = np.dot(a, b)
    return product


@kernel
def times_transposed(a: Floats, b: Floats) -> Floats:
    """a b', for rows of vectors a and a matrix b that acts on each."""
    product: Floats = np.dot(a, b.T)
    return product


@kernel
def transposed_times(a: Floats, b: Floats) -> Floats:
    """a' b, the sum of outer products of the rows."""
    product: Floats = np.dot(a.T, b)
    return product


@kernel
def plus(a: Floats, b: Floats) -> Floats:
    """a <- a + b for matrices; returns a."""
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            a[i, k] += b[i, k]
    return a


@kernel
def put(a: Floats, out: Floats) -> None:
    """out <- a for matrices."""
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            out[i, k] = a[i, k]
