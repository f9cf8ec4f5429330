"""Gradient descent on all weights of the two-layer linear network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.catapult.measures import (
    Course,
    empty_course,
    measured,
    output_and_kernel,
)
from toysim.models.oscillation.catapult.problem import problem_of
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def descend(i: int, u: Array, v: Array, eta: float, keep_at: Ints, course: Course) -> int:
    """Row i: u <- u - eta f v/sqrt(n), v <- v - eta f u/sqrt(n)  (arXiv:2003.02218).

    ``u``, ``v`` (n,) are overwritten. ``keep_at`` (R + 1,): updates, ascending, at which ``course``
    is written; the last ends the run. Returns -1, or the update that left |f| < ESCAPED.
    """
    f, kernel_now = output_and_kernel(u, v)
    t, peak = 0, abs(f)
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            move = eta * f / np.sqrt(len(u))
            for j in range(len(u)):
                u[j], v[j] = u[j] - move * v[j], v[j] - move * u[j]
            f, kernel_now = output_and_kernel(u, v)
            peak = max(peak, abs(f))
            t += 1
            if not abs(f) < ESCAPED:
                return t
        course.output[i, k], course.eta_kernel[i, k] = f, eta * kernel_now
    course.peak[i] = peak
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at = records_and_end(batch)
    course = empty_course(at)
    failed_at = [descend(i, *problem_of(row), at[i], course) for i, row in enumerate(batch.rows())]
    return measured(course) | ended(np.array(failed_at))
