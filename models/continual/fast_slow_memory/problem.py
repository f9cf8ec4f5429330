"""What both sides are given: the ladder of traces."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def ladder(p: Any, n_levels: int) -> tuple[Array, Array]:
    """Decays and feeds of the traces, both (..., L), the fastest first; the first is not fed. ``p``
    is a row's parameters or a batch.

    ln r_{l+1}/ln r_l = ln r_s/ln r_f, k_l = k (1 - r_l)/(1 - r_s).
    """
    fast, feed = np.asarray(p.fast_decay)[..., None], np.asarray(p.feed)[..., None]
    ratio = np.log(np.asarray(p.slow_decay))[..., None] / np.log(fast)
    logs = np.log(fast) * ratio ** np.arange(n_levels)
    feeds = feed * np.expm1(logs) / np.expm1(logs[..., 1:2])
    feeds[..., 0] = 0.0
    return np.exp(logs), feeds
