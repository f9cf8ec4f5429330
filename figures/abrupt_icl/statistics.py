"""Times of a jump over runs of which some have not jumped by their end: order statistics, and runs
aligned on it.

Curves are never averaged over runs at equal times: that would turn jumps at different times into a
ramp.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class JumpTimes(NamedTuple):
    """Quartiles over all runs, those without a jump counted as later than any; infinite where it is
    not known.
    """

    n_runs: int
    n_jumped: int
    lower: float
    median: float
    upper: float

    def __str__(self) -> str:
        quartiles = ", ".join(f"{q:.0f}" if np.isfinite(q) else "after the end" for q in self[2:])
        return f"{self.n_jumped} of {self.n_runs} runs jump, quartiles {quartiles}"


def jump_times(t50: npt.ArrayLike) -> JumpTimes:
    """Order statistics of times (runs,), NaN where a run ended before its jump."""
    times = np.asarray(t50, float).ravel()
    late = np.where(np.isnan(times), np.inf, times)
    quartiles = np.quantile(late, [0.25, 0.5, 0.75], method="inverted_cdf")
    return JumpTimes(len(times), int(np.isfinite(late).sum()), *quartiles.tolist())


def aligned(time: Array, courses: Array, t50: Array, at: Array) -> Array:
    """Median over the runs that jumped of courses (runs, R), each in units of its own t50, at the
    moments ``at``.
    """
    jumped = np.flatnonzero(np.isfinite(t50))
    runs = np.array([np.interp(at, time / t50[k], courses[k]) for k in jumped])
    middle: Array = np.median(runs, axis=0)
    return middle


def half_rise(course: Array, time: Array) -> float:
    """First time at which a course is half way from its first to its largest value."""
    level = 0.5 * (course[0] + course.max())
    k = int(np.argmax(course >= level))
    if k == 0:
        return float(time[0])
    return float(np.interp(level, course[k - 1 : k + 1], time[k - 1 : k + 1]))
