"""Up to which constant rate SGD on Gaussian least squares is stable in the mean square."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

HALVINGS = 60  # of the interval of a root


@kernel
def noise_gain(rate: float, h: Array, batch: float, beta: float) -> float:
    """Gamma = sum eta h (1+beta)/(B [(1-beta)(2(1+beta) - eta h) - eta h (1+beta)/B]); derived.

    Infinite where a bracket is not above 0. Stationary S = s2 Gamma/(1 - Gamma), Gamma < 1.
    """
    gain = 0.0
    for i in range(len(h)):
        a = rate * h[i]
        room = (1.0 - beta) * (2.0 * (1.0 + beta) - a) - a * (1.0 + beta) / batch
        if not room > 0.0:
            return np.inf
        gain += a * (1.0 + beta) / (batch * room)
    return gain


@kernel
def largest_stable_rate(h: Array, batch: float, beta: float) -> float:
    """eta_2, above which the mean square grows: Gamma = 1, by halving; derived."""
    low, high = 0.0, 2.0 * (1.0 + beta) / np.max(h)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if noise_gain(middle, h, batch, beta) < 1.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
