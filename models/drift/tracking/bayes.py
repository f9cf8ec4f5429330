"""The exact Bayesian filter: what nobody who sees the same can beat; derived.

Each hypothesis says when the target last jumped, and has a mean, a variance P and a weight. Of a
walk there is one, and this is the Kalman filter.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.drift.tracking.problem import Tracker

Array = npt.NDArray[np.float64]

MOST, LEAST = 1000, 1e-9  # hypotheses kept, and the weight below which they are dropped


@kernel
def first_belief(row: Tracker) -> tuple[Array, int]:
    """Means, variances and weights (3, MOST) before anything is seen, and how many count."""
    belief = np.zeros((3, MOST))
    belief[1, 0], belief[2, 0] = 0.0 if row.walk else row.variance, 1.0
    return belief, 1


@kernel
def moved(row: Tracker, belief: Array, n: int, move: float) -> int:
    """The target walks, P <- P + q, or jumps with probability p; returns how many count."""
    if row.walk:
        belief[1, 0] += move
        return n
    at = n if n < MOST else int(np.argmin(belief[2, :n]))
    belief[2, :n] *= 1.0 - move
    belief[0, at], belief[1, at], belief[2, at] = 0.0, row.variance, move
    return max(n, at + 1)


@kernel
def seen(belief: Array, n: int, y: float, s2: float) -> tuple[float, float, int]:
    """Every weight times the density of y, every mean and variance by Kalman's gain P/(P + s2).

    Returns the mean of the target, the mean gain, and how many hypotheses are kept.
    """
    largest = -math.inf
    for k in range(n):
        spread, off = belief[1, k] + s2, y - belief[0, k]
        gain = belief[1, k] / spread
        belief[0, k] += gain * off
        belief[1, k] = gain * s2  # P (1 - gain), which is 0 where the gain rounds to 1
        belief[2, k] = math.log(max(belief[2, k], 1e-300)) - 0.5 * (
            off * off / spread + math.log(spread)
        )
        largest = max(largest, belief[2, k])
    total = 0.0
    for k in range(n):
        belief[2, k] = math.exp(belief[2, k] - largest)
        total += belief[2, k]
    mean, gain, kept = 0.0, 0.0, 0
    for k in range(n):
        weight = belief[2, k] / total
        if weight >= LEAST:
            belief[0, kept], belief[1, kept], belief[2, kept] = belief[0, k], belief[1, k], weight
            mean += weight * belief[0, k]
            gain += weight * belief[1, k] / s2
            kept += 1
    return mean, gain, kept
