"""How widely the squares of a mode spread under sample noise: its kurtosis, exact.

Products of random curvatures have heavy tails: the mean square may come from runs so rare that no
mean over replicas sees it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHOOSE = np.array(
    [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 2, 1, 0, 0], [1, 3, 3, 1, 0], [1, 4, 6, 4, 1.0]]
)


@inlined
def moved(
    low: Array, high: Array, drawn: Array, beta: float, u: tuple[float, float], g: float
) -> None:
    """One update of the moments of theta and w: ``low`` E theta^(2-k) w^k (3,), ``high`` likewise
    of order 4 (5,).

    w <- beta w + u theta + v, u one of two evenly, v normal of variance g; theta <- theta + w.
    ``drawn`` (5,) is room.
    """
    mean, square = 0.5 * (u[0] + u[1]), 0.5 * (u[0] * u[0] + u[1] * u[1])
    a, across = low[0], beta * low[1] + mean * low[0]
    along = beta * beta * low[2] + 2.0 * beta * mean * low[1] + square * a
    for k in range(5):  # of theta^(4-k) (beta w + u theta)^k
        drawn[k] = 0.0
        for j in range(k + 1):
            power = 0.5 * (u[0] ** (k - j) + u[1] ** (k - j))
            drawn[k] += CHOOSE[k, j] * beta**j * power * high[j]
    drawn[2] += g * a
    drawn[3] += 3.0 * g * across
    drawn[4] += 6.0 * g * along + 3.0 * g * g
    low[0], low[1], low[2] = a + 2.0 * across + along + g, across + along + g, along + g
    for k in range(5):
        high[k] = 0.0
        for j in range(5 - k):
            high[k] += CHOOSE[4 - k, j] * drawn[k + j]


@kernel
def kurtosis(
    start: float, h: float, c: float, beta: float, kappa: float, rates: Array, keep_at: Ints
) -> float:
    """Largest E theta^4 / (E theta^2)^2 of one mode over the updates ``keep_at``, ascending; 3 of
    a normal number, 1 of a certain one. Derived, by the update in ``moved``.
    """
    low, high, drawn = np.zeros(3), np.zeros(5), np.empty(5)
    low[0], high[0] = start**2, start**4
    largest, t = 1.0, 0
    for at in keep_at:
        while t < at:
            eh = rates[t] * h
            u = (-eh * (1.0 + kappa), -eh * (1.0 - kappa))
            moved(low, high, drawn, beta, u, rates[t] ** 2 * c)
            t += 1
        if low[0] > 0.0 and not high[0] <= largest * low[0] ** 2:
            largest = high[0] / low[0] ** 2
    return largest
