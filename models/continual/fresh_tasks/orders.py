"""What a sequence comes to at plasticity 1: retention of the tasks, and best and worst orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def retention(chances: Array, kept: float) -> Array:
    """rho_i = (1-r) sum over visits k to i of r^(T-k) (K,), r = ``kept`` the share of the old that
    a visit keeps; they add up to 1 - r^T. ``chances`` (T, K). Derived.
    """
    weights = (1.0 - kept) * kept ** np.arange(len(chances) - 1.0, -1.0, -1.0)
    return np.asarray(weights @ chances)


def centrality(far: Array) -> Array:
    """R_j = mean_i D_ij (K,): small for a central task."""
    return np.asarray(far.mean(axis=0))


def extreme_errors(start: Array, far: Array, visited: Array, data: Any) -> tuple[float, float]:
    """Mean final errors of the best and the worst order of the visits to tasks ``visited`` (T,):

        r^T mean_i e_i(0) + (1-r) sum_k r^(T-k) R_j(k) + S1 (1-r^T)/(1-r),

    by the rearrangement inequality least where R falls and largest where it rises; derived, the
    order also in arXiv:2502.03350.
    """
    r, n = 1.0 - data.q, len(visited)
    weights = (1.0 - r) * r ** np.arange(n - 1.0, -1.0, -1.0)
    rising = np.sort(centrality(far)[visited])
    rest = r**n * start.mean() + data.s1 * np.sum(r ** np.arange(n))
    return float(rest + weights @ rising[::-1]), float(rest + weights @ rising)
