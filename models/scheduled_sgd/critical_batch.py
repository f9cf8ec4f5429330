"""The batch size from which on more samples save few updates: S = S_min (1 + B_c/B)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares, minimize_scalar

from toysim.numerics.least_squares import plain
from toysim.numerics.mean_square import largest_stable_rate

Array = npt.NDArray[np.float64]

BATCHES = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0])
FEWEST, MOST = 64, 32_768  # updates of the runs looked at, doubled until one reaches the target


def critical_batch(h: Array, signal: Array, noise: float, target: float) -> float:
    """B_c of the updates to ``target`` (an excess loss) at the best constant rates; least squares
    of their logarithms over batches 1 to 256. Definition after arXiv:2403.06563.
    """
    steps = np.array([fewest_steps(h, signal, noise, float(B), target) for B in BATCHES])

    def missed(unknowns: Array) -> Array:
        least, critical = np.exp(unknowns)
        return np.asarray(np.log(least * (1.0 + critical / BATCHES) / steps))

    start = np.log([steps.min(), steps.max() / steps.min()])
    return float(np.exp(least_squares(missed, start).x[1]))


def fewest_steps(h: Array, signal: Array, noise: float, batch: float, target: float) -> float:
    """Updates to the target at the best constant rate, between them by the loss's logarithm."""
    stable = np.log(largest_stable_rate(h, batch, 0.0))
    n_steps = FEWEST
    while n_steps <= MOST:
        told = (h, signal, noise, batch, target, n_steps)
        grid = stable + np.linspace(-6.0, -0.01, 40)
        found = np.array([_steps(x, *told) for x in grid])
        best = int(np.argmin(found))
        if np.isfinite(found[best]):
            bounds = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
            search = minimize_scalar(_steps, bounds=bounds, args=told, method="bounded")
            return float(min(search.fun, found[best]))
        n_steps *= 2
    raise ValueError(
        f"target = {target:g} is not reached in {MOST} updates at batch {batch:g}; give a larger"
    )


def _steps(
    log_rate: float,
    h: Array,
    signal: Array,
    noise: float,
    batch: float,
    target: float,
    n_steps: int,
) -> float:
    course = plain(h, signal, noise, batch, np.full(n_steps, np.exp(log_rate))).course
    reached = course <= target
    if not reached.any():
        return float("inf")
    t = int(np.argmax(reached))
    if t == 0:
        return 0.0
    above, below = np.log(course[t - 1]), np.log(course[t])
    return float(t - 1 + (above - np.log(target)) / (above - below))
