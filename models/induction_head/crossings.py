"""When a course passes a level for good: times of jumps, which may not have come by the end of a
run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows

Array = npt.NDArray[np.float64]

LASTING = 2  # records that must lie above: one alone may be the noise of a test set
LEFT = 0.05  # the loss has left log L once it is this much below


def crossing_times(times: npt.NDArray[Any], values: Array, levels: npt.ArrayLike) -> Array:
    """First time at which a course comes up to its level from below and stays for two records;
    linear between records.

    times, values (n, R); levels (n,) or one; returns (n,). NaN where it did not happen: the run is
    censored, not late by its end. A course that is above its level from the start has not crossed.
    """
    levels = np.broadcast_to(levels, len(values))
    above = values >= levels[:, None]
    for k in range(1, LASTING):
        above[:, :-k] &= above[:, k:]
    above[:, len(above.T) - LASTING + 1 :] = False
    above[:, 1:] &= values[:, :-1] < levels[:, None]  # the record before it lies below
    above[:, :1] = False
    found = np.full(len(values), np.nan)
    for i in np.flatnonzero(above.any(axis=1)):
        k = int(np.argmax(above[i]))
        around = slice(k - 1, k + 1)
        found[i] = np.interp(levels[i], values[i, around], times[i, around])
    return found


def jump(
    times: npt.NDArray[Any], p_right: Array, first: npt.ArrayLike = 0.1, last: npt.ArrayLike = 0.9
) -> Rows:
    """Times at which p(right) (n, R) passes ``first``, 1/2 and ``last``, and the jump's width.

    NaN where it has not come; ``crossed`` is NaN too where there are too few records to see it.
    """
    t10, t50, t90 = (crossing_times(times, p_right, level) for level in (first, 0.5, last))
    crossed = np.where(times.shape[1] < LASTING, np.nan, np.isfinite(t50))
    return {"t10": t10, "t50": t50, "t90": t90, "width": width(t10, t50, t90), "crossed": crossed}


def width(t10: Array, t50: Array, t90: Array) -> Array:
    """Width of a jump in units of its time, NaN where one of its three times is."""
    return (t90 - t10) / t50


def leave_time(times: npt.NDArray[Any], loss: Array, n_labels: npt.NDArray[np.int64]) -> Array:
    """Time at which the loss (n, R) has left log L, that of knowing nothing."""
    return crossing_times(times, np.log(n_labels)[:, None] - loss, LEFT)
