"""The exact recursion of product, norm and imbalance; where gradient flow would end."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.factorised import LARGEST_GROWTH, stretch, update
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.models.oscillation.scalar_factorised.measures import (
    Course,
    empty_course,
    measured,
    write,
)
from toysim.models.oscillation.scalar_factorised.problem import bend_of, kinds, slope_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def follow(
    i: int, p: float, s: float, D: float, kind: int, eta: float, keep_at: Ints, course: Course
) -> float:
    """Row i by the recursion of ``factorised``; ``keep_at`` (R + 1,) as in the simulation.

    Returns the largest log-growth of an error made on the way, infinite where the run diverges.
    """
    tangent = np.array([1.0, 0.0])
    t, log_length, lowest, growth = 0, 0.0, 0.0, 0.0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            slope = slope_of(kind, p)
            log_length += stretch(p, s, slope, bend_of(kind, p), eta, tangent)
            lowest = min(lowest, log_length)
            growth = max(growth, log_length - lowest)
            p, s, D = update(p, s, D, slope, eta)
            if not s < ESCAPED:
                return math.inf
            t += 1
        write(course, i, k, kind, p, s, D)
    return growth


@kernel
def follow_rows(
    p: Array, s: Array, D: Array, kind: Ints, eta: Array, keep_at: Ints, course: Course
) -> Array:
    """``follow`` for every row: all (n_rows,), ``keep_at`` (n_rows, R + 1)."""
    growth = np.empty(len(p))
    for i in range(len(p)):
        growth[i] = follow(i, p[i], s[i], D[i], kind[i], eta[i], keep_at[i], course)
    return growth


def flow_sharpness(kind: Ints, imbalance: Array) -> Array:
    """l'' s at the minimum with the start's imbalance D, which gradient flow keeps; derived.

    sqrt(D^2 + 4), 2 sqrt(D^2 + 4) (at x y = 1 and +-1) and |D|/4 (at x y = 0).
    """
    root = np.hypot(imbalance, 2.0)
    return np.choose(kind, [root, 2.0 * root, 0.25 * np.abs(imbalance)])


def logistic_edge_share(eta: float) -> float:
    """eta * sharpness / 2 at which the logistic loss ends from above the edge: 1 - 3 eta^2/16.

    From y0^2 - x0^2 > 8/eta, up to O(eta^4); measured, not proved (extrapolated over eta: .18750
    for 3/16).
    """
    return 1.0 - 3.0 / 16.0 * eta**2


def predict(batch: Batch) -> Rows:
    """Every observable exactly.

    Valid unless the run diverges or rounding grows to where no digits are left.
    """
    at, kind, eta = records_and_end(batch), kinds(batch), batch["learning_rate"]
    x, y = batch["x_start"], batch["y_start"]
    imbalance = (x - y) * (x + y)
    course = empty_course(at)
    growth = follow_rows(x * y, x * x + y * y, imbalance, kind, eta, at, course)
    return {
        **measured(batch, course),
        "flow_sharpness": flow_sharpness(kind, imbalance),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }
