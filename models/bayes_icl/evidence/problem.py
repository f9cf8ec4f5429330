"""A sequence by its number of balls of the first colour: its evidence, and its probability."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.bayes_icl.counts import log_gammas

Array = npt.NDArray[np.float64]


def log_ratios(p: Any, chances: Array) -> Array:
    """ln P_M/P_G of C balls of which k are of the first colour, k = 0..C; ``chances`` (2, D)."""
    C, a = p.context_length, p.concentration
    k = np.arange(C + 1)
    logs = k[:, None] * np.log(chances[0]) + (C - k)[:, None] * np.log(chances[1])
    seen = np.logaddexp.reduce(logs, axis=1) - np.log(p.n_tasks)
    own, total = log_gammas(C, a), log_gammas(C, 2.0 * a)
    fresh = own + own[::-1] - 2.0 * own[0] + total[0] - total[-1]
    return np.asarray(seen - fresh)


def count_probabilities(p: Any, chances: Array) -> Array:
    """Of k = 0..C balls of the first colour, from a random one of the urns."""
    C = p.context_length
    k, factorial = np.arange(C + 1)[:, None], log_gammas(C, 1.0)
    ways = factorial[-1] - factorial - factorial[::-1]
    logs = ways[:, None] + k * np.log(chances[0]) + (C - k) * np.log(chances[1])
    return np.asarray(np.exp(logs).mean(axis=1))
