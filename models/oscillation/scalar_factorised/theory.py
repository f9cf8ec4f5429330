"""The exact recursion of product, norm and imbalance; where gradient flow would end."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.factorised import LARGEST_GROWTH, stretch, update
from toysim.models.oscillation.rows import ESCAPED
from toysim.models.oscillation.scalar_factorised.losses import (
    bend_of,
    loss_of,
    sharpness_of,
    slope_of,
)
from toysim.models.oscillation.scalar_factorised.simulation import (
    Course,
    empty_course,
    kinds,
    measured,
    updates_kept,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def follow(
    i: int, p: float, s: float, D: float, kind: int, eta: float, keep_at: Ints, course: Course
) -> float:
    """Row i by the recursion of ``factorised``; returns the largest log-growth of an error made on
    the way.

    Infinite where the run diverges.
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
        course.product[i, k], course.imbalance[i, k] = p, D
        course.sharpness[i, k] = sharpness_of(kind, p, s, D)
        course.loss[i, k] = loss_of(kind, p)
    return growth


@kernel
def follow_rows(
    p: Array,
    s: Array,
    D: Array,
    kind: Ints,
    eta: Array,
    keep_at: Ints,
    course: Course,
    growth: Array,
) -> None:
    """``follow`` for every row."""
    for i in range(len(p)):
        growth[i] = follow(i, p[i], s[i], D[i], kind[i], eta[i], keep_at[i], course)


def flow_sharpness(kind: Ints, imbalance: Array) -> Array:
    """l'' s at the minimum with the start's imbalance D, which gradient flow keeps.

    sqrt(D^2 + 4), 2 sqrt(D^2 + 4) (at x y = 1 and +-1) and |D|/4 (at x y = 0).
    """
    root = np.hypot(imbalance, 2.0)
    return np.choose(kind, [root, 2.0 * root, 0.25 * np.abs(imbalance)])


def logistic_edge_share(eta: float) -> float:
    """eta * sharpness / 2 at which the logistic loss ends from above the edge (y0^2 - x0^2 >
    8/eta): 1 - 3 eta^2/16.

    Up to O(eta^4); measured, not proved (extrapolated over eta: .18750 for 3/16).
    """
    return 1.0 - 3.0 / 16.0 * eta**2


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid unless the run diverges or rounding grows to where no digits
    are left.
    """
    at, kind = updates_kept(batch), kinds(batch)
    x, y = batch["x_start"], batch["y_start"]
    imbalance = (x - y) * (x + y)
    course, growth = empty_course(at), np.empty(len(batch))
    follow_rows(x * y, x * x + y * y, imbalance, kind, batch["learning_rate"], at, course, growth)
    return {
        **measured(batch, course),
        "flow_sharpness": flow_sharpness(kind, imbalance),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }
