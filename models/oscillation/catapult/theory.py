"""Output and kernel alone: the exact recursion of arXiv:2003.02218 from the draw's own start."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.catapult.simulation import (
    Course,
    empty_course,
    measured,
    output_and_kernel,
    starts,
    updates_kept,
)
from toysim.models.oscillation.factorised import LARGEST_GROWTH, stretch, update
from toysim.models.oscillation.rows import ESCAPED

Ints = npt.NDArray[np.int64]


@kernel
def follow(
    i: int, f: float, kernel_now: float, width: int, eta: float, keep_at: Ints, course: Course
) -> float:
    """Row i in p = f/sqrt(n), where the loss is p^2/2 up to its unit

    f <- f (1 - eta lambda + eta^2 f^2/n),  lambda <- lambda + (eta f^2/n)(eta lambda - 4)

    Returns the largest log-growth of an error made on the way, infinite where the run diverges.
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
        course.output[i, k], course.kernel[i, k] = p * root, kernel_now
    course.peak[i] = peak * root
    return growth


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid unless the run diverges or rounding grows to where no digits
    are left.
    """
    at, n = updates_kept(batch), len(batch)
    course, eta, growth = empty_course(at), np.empty(n), np.empty(n)
    for i, (u, v) in enumerate(starts(batch)):
        f, kernel_start = output_and_kernel(u, v)
        eta[i] = batch["start_eta_kernel"][i] / kernel_start
        growth[i] = follow(i, f, kernel_start, len(u), eta[i], at[i], course)
    return {
        **measured(eta, course),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }
