"""The evidence of a sequence by its number of balls of the first colour."""

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
