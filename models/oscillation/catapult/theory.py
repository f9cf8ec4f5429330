"""Output and kernel alone: the exact recursion of arXiv:2003.02218 from the draw's own start."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.jit import kernel
from toysim.models.oscillation.catapult.measures import (
    Course,
    empty_course,
    measured,
    output_and_kernel,
)
from toysim.models.oscillation.catapult.problem import problem_of
from toysim.models.oscillation.factorised import LARGEST_GROWTH, stretch, update
from toysim.models.oscillation.runs import ESCAPED, records_and_end

Ints = npt.NDArray[np.int64]


@kernel
def follow(
    i: int, f: float, kernel_now: float, width: int, eta: float, keep_at: Ints, course: Course
) -> float:
    """Row i in p = f/sqrt(n), where the loss is p^2/2 up to its unit (arXiv:2003.02218).

        f <- f (1 - eta lambda + eta^2 f^2/n),  lambda <- lambda + (eta f^2/n)(eta lambda - 4)

    ``keep_at`` (R + 1,) as in the simulation. Returns the largest log-growth of an error made on
    the way, infinite where the run diverges.
    """
    root = np.sqrt(width)
    p, tangent = f / root, np.array([1.0, 0.0])
    t, log_length, lowest, growth, peak = 0, 0.0, 0.0, 0.0, abs(p)
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            log_length += stretch(p, kernel_now, p, 1.0, eta, tangent)
            lowest = min(lowest, log_length)
            growth = max(growth, log_length - lowest)
            p, kernel_now, _ = update(p, kernel_now, 0.0, p, eta)
            if not abs(p) < ESCAPED:
                return math.inf
            peak = max(peak, abs(p))
            t += 1
        course.output[i, k], course.eta_kernel[i, k] = p * root, eta * kernel_now
    course.peak[i] = peak * root
    return growth


def predict(batch: Batch) -> Rows:
    """Every observable exactly.

    Valid unless the run diverges or rounding grows to where no digits are left.
    """
    at = records_and_end(batch)
    course = empty_course(at)
    growth = np.array([_follow(row, at[row.index], course) for row in batch.rows()])
    return {
        **measured(course),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }


def _follow(row: Row, keep_at: Ints, course: Course) -> float:
    u, v, eta = problem_of(row)
    f, kernel_start = output_and_kernel(u, v)
    return follow(row.index, f, kernel_start, len(u), eta, keep_at, course)
