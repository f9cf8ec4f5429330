"""Gradient descent on all weights of the two-layer linear network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.catapult.measures import measured
from toysim.models.oscillation.catapult.problem import output_and_kernel, problems
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.models.oscillation.sums import SIDE_BY_SIDE, total
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def update(n: int, u: Array, v: Array, move: float) -> tuple[float, float]:
    """u <- u - move v, v <- v - move u of n weights; returns f and lambda after it.

    In one pass, with the sums of ``output_and_kernel``.
    """
    products, squares = np.zeros(SIDE_BY_SIDE), np.zeros(SIDE_BY_SIDE)
    for row in range(len(u)):
        for j in range(SIDE_BY_SIDE):
            a, b = u[row, j] - move * v[row, j], v[row, j] - move * u[row, j]
            u[row, j], v[row, j] = a, b
            products[j] += a * b
            squares[j] += a * a + b * b
    return total(products) / np.sqrt(n), total(squares) / n


@borrowing
def descend(
    n: int, u: Array, v: Array, eta: float, keep_at: Ints, output: Array, eta_kernel: Array
) -> tuple[int, float]:
    """One row: u <- u - eta f v/sqrt(n), v <- v - eta f u/sqrt(n)  (arXiv:2003.02218).

    ``u``, ``v`` as in ``Problem`` are overwritten. f and eta lambda are written, (R + 1,), at the
    updates ``keep_at``, ascending; the last ends the run. Returns -1, or the update that left
    |f| < ESCAPED, and the largest |f|.
    """
    f, kernel_now = output_and_kernel(n, u, v)
    t, peak = 0, abs(f)
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            f, kernel_now = update(n, u, v, eta * f / np.sqrt(n))
            peak = max(peak, abs(f))
            t += 1
            if not abs(f) < ESCAPED:
                return t, np.nan
        output[k], eta_kernel[k] = f, eta * kernel_now
    return -1, peak


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at = records_and_end(batch)
    output, eta_kernel = np.full((2, *at.shape), np.nan)
    failed_at, peak = np.empty(len(batch), np.int64), np.empty(len(batch))
    for i, row in enumerate(problems(batch)):
        weights = (row.width, row.u, row.v, row.eta)
        failed_at[i], peak[i] = descend(*weights, at[i], output[i], eta_kernel[i])
    return measured(output, eta_kernel, peak) | ended(failed_at)
