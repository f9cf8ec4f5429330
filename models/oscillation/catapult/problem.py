"""What a row is given: the weights of its network at the start, and its learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel
from toysim.models.oscillation.sums import SIDE_BY_SIDE, total

Array = npt.NDArray[np.float64]


class Problem(NamedTuple):
    """u and v (n,), drawn from N(0, 1) or scaled to a given f and lambda, f and lambda of them, and
    eta = (eta lambda_0) / lambda_0.

    The weights stand in rows of SIDE_BY_SIDE, zeros beyond n.
    """

    width: int
    u: Array
    v: Array
    output: float
    kernel: float
    eta: float


def problems(batch: Batch) -> Iterator[Problem]:
    """Those of the rows in turn; rows of a replica share the draw, whatever the step."""
    rows = zip(*(batch[n].tolist() for n in ("width", "start_eta_kernel", "start")), strict=True)
    for (n, eta_kernel, start), rng in zip(rows, batch.generators("weights"), strict=True):
        drawn = rng.standard_normal((2, n))
        u, v = in_rows(scaled(drawn, *start) if start else drawn)
        f, kernel_start = output_and_kernel(n, u, v)
        yield Problem(n, u, v, f, kernel_start, eta_kernel / kernel_start)


def scaled(weights: Array, output: float, kernel: float) -> Array:
    """u and v (2, n) of that f and lambda, along the u + v and u - v of ``weights`` (2, n).

    |u + v|^2 = n lambda + 2 sqrt(n) f,  |u - v|^2 = n lambda - 2 sqrt(n) f    (derived)
    """
    (u, v), n = weights, weights.shape[1]
    both = u + v, u - v
    squares = n * kernel + np.array([2.0, -2.0]) * np.sqrt(n) * output
    plus, minus = (
        w * np.sqrt(max(square, 0.0)) / np.linalg.norm(w)
        for w, square in zip(both, squares, strict=True)
    )
    return 0.5 * np.array([plus + minus, plus - minus])


def in_rows(weights: Array) -> Array:
    """u and v (2, n) as (2, rows, SIDE_BY_SIDE)."""
    n = weights.shape[1]
    padded = np.zeros((2, -(-n // SIDE_BY_SIDE) * SIDE_BY_SIDE))
    padded[:, :n] = weights
    return padded.reshape(2, -1, SIDE_BY_SIDE)


# Theory starts from these two, too; a slip in them shows, for its recursion then does not close.
@kernel
def output_and_kernel(n: int, u: Array, v: Array) -> tuple[float, float]:
    """f = u.v/sqrt(n) and lambda = (|u|^2 + |v|^2)/n of n weights (arXiv:2003.02218)."""
    products, squares = np.zeros(SIDE_BY_SIDE), np.zeros(SIDE_BY_SIDE)
    for row in range(len(u)):
        for j in range(SIDE_BY_SIDE):
            products[j] += u[row, j] * v[row, j]
            squares[j] += u[row, j] * u[row, j] + v[row, j] * v[row, j]
    return total(products) / np.sqrt(n), total(squares) / n
