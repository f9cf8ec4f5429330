"""What both sides are given: the ladder of traces."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def ladder(p: Any) -> tuple[Array, Array]:
    """Decays and feeds of the traces, both (L,), the fastest first; the first is not fed.

    ln r_{l+1}/ln r_l = ln r_s/ln r_f, k_l = k (1 - r_l)/(1 - r_s).
    """
    ratio = np.log(p.slow_decay) / np.log(p.fast_decay)
    logs = np.log(p.fast_decay) * ratio ** np.arange(p.n_levels)
    feeds = p.feed * np.expm1(logs) / np.expm1(logs[1])
    feeds[0] = 0.0
    return np.exp(logs), feeds
