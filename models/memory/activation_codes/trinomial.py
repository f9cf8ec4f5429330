"""The accuracy of codes between two prototypes, given the points; derived."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Array = npt.NDArray[np.float64]

MOST = 2_000_000  # points times units for which it is computed


def angle(x: Array, y: Array) -> Array:
    """Angles of rows, from the difference of the unit vectors: exact also when small."""
    x, y = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (x, y))
    away, along = np.linalg.norm(x - y, axis=-1), np.linalg.norm(x + y, axis=-1)
    return np.asarray(2.0 * np.arctan2(away, along))


def mean_accuracy(x: Array, own: npt.NDArray[np.int64], n: int) -> float:
    """Mean over units and points of the share right; x (2 + M, d), the two prototypes first.

    Units that part a point from its own prototype only, from the other only: trinomial. NaN where
    that is too long a sum.
    """
    points = x[2:]
    if len(points) * n > MOST:
        return float("nan")
    mine, other = x[own], x[1 - own]
    to_mine, to_other, between = angle(points, mine), angle(points, other), angle(mine, other)
    wrong = np.maximum(to_mine + between - to_other, 0.0) / (2.0 * np.pi)
    right = np.maximum(to_other + between - to_mine, 0.0) / (2.0 * np.pi)
    both = np.minimum(wrong + right, 1.0)
    share = wrong / np.maximum(wrong + right, 1e-300)
    total = np.arange(n + 1)
    weight = binom.pmf(total, n, both[:, None])
    below = binom.cdf(np.ceil(total / 2) - 1, total, share[:, None])
    even = binom.pmf(total / 2, total, share[:, None]) * (total % 2 == 0)
    won = np.where(total == 0, 0.5, below + 0.5 * even)
    return float(np.mean(np.sum(weight * won, axis=1)))
