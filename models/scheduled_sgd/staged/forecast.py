"""The end of a stage from its beginning: one exponential, by least squares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

GRID, NARROWED = 48, 40  # decay rates tried over decades, and steps of golden section after that
SLOWEST, FASTEST = 1e-3, 30.0  # decay over the whole trial
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)


@kernel
def fit(y: Array, r: float, at: float) -> tuple[float, float]:
    """Least squares of a e^(-r x) + c at x = 0..n-1 for one r: squared error, value at ``at``."""
    n, s, ss, sy, sum_y = len(y), 0.0, 0.0, 0.0, 0.0
    for x in range(n):
        e = np.exp(-r * x)
        s += e
        ss += e * e
        sy += e * y[x]
        sum_y += y[x]
    a = (n * sy - s * sum_y) / (n * ss - s * s)
    c = (sum_y - a * s) / n
    error = 0.0
    for x in range(n):
        error += (a * np.exp(-r * x) + c - y[x]) ** 2
    return error, a * np.exp(-r * at) + c


@kernel
def forecast(y: Array, at: float) -> float:
    """Value at ``at`` of the best a e^(-r x) + c through y (n,), x = 0..n-1 (arXiv:2105.10762)."""
    low, step = np.log(SLOWEST / len(y)), np.log(FASTEST / SLOWEST) / (GRID - 1)
    best, least = 0, np.inf
    for k in range(GRID):
        error, _ = fit(y, np.exp(low + k * step), at)
        if error < least:
            best, least = k, error
    left, right = low + (best - 1) * step, low + (best + 1) * step
    for _ in range(NARROWED):
        inner, outer = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        if fit(y, np.exp(inner), at)[0] < fit(y, np.exp(outer), at)[0]:
            right = outer
        else:
            left = inner
    return fit(y, np.exp(0.5 * (left + right)), at)[1]
