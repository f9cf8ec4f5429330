"""When a course passes a level for good: times of jumps, which may not have come by the end of a
run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LASTING = 2  # evaluations that must lie above: one alone may be the noise of a test set


def crossing_times(times: npt.NDArray[Any], values: Array, levels: npt.ArrayLike) -> Array:
    """First time the rows of ``values`` (n, R) reach their level and stay for two records, linear
    before it.

    ``times`` (n, R), ``levels`` (n,) or one. NaN where it did not happen: the run is censored, not
    late by its end.
    """
    above = values >= np.broadcast_to(levels, len(values))[:, None]
    for k in range(1, LASTING):
        above[:, :-k] &= above[:, k:]
    above[:, len(above.T) - LASTING + 1 :] = False
    found = np.full(len(values), np.nan)
    for i in np.flatnonzero(above.any(axis=1)):
        k, level = int(np.argmax(above[i])), np.broadcast_to(levels, len(values))[i]
        found[i] = (
            np.interp(level, values[i, k - 1 : k + 1], times[i, k - 1 : k + 1])
            if k
            else times[i, 0]
        )
    return found
