"""The interpolator in dual variables: by its effective scale and a sum of gradients."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.jit import kernel
from toysim.models.oscillation.diagonal_linear.measures import (
    Course,
    empty_course,
    measured,
    write,
)
from toysim.models.oscillation.diagonal_linear.problem import gradient_of, task_of
from toysim.models.oscillation.runs import records_and_end
from toysim.models.oscillation.twins import NUDGE, TOGETHER
from toysim.numerics.elementary import exp, log1p

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def follow(
    i: int,
    X: Array,
    y: Array,
    scale: float,
    eta: float,
    order: Ints,
    keep_at: Ints,
    course: Course,
) -> bool:
    """Row i by beta = alpha_eff^2 sinh(2 D), per coordinate; arguments as in the simulation.

        log alpha_eff^2 <- log alpha_eff^2 + log(1 - eta^2 g^2),  D <- D - atanh(eta g)

    by log(1 +- eta g) and exp(log alpha_eff^2 +- 2 D): four elementary functions and a twin make
    this dearer than the descent, which has sums and products. Tells whether |eta g| < 1 throughout,
    where this holds; stops where it does not. Derived (a mirror descent with hyperbolic entropy of
    shrinking scale, after arXiv:2302.08982).
    """
    d = X.shape[1]
    log_scale, dual = np.full(d, 2.0 * math.log(scale)), np.zeros(d)
    beta, gradient = np.zeros(d), np.empty(d)
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            gradient_of(X, y, beta, order[t], gradient)
            turned = 0
            for j in range(d):
                move = eta * gradient[j]
                turned += not abs(move) < 1.0
                up, down = log1p(move), log1p(-move)
                log_scale[j] += up + down
                dual[j] -= 0.5 * (up - down)
                plus, minus = log_scale[j] + 2.0 * dual[j], log_scale[j] - 2.0 * dual[j]
                beta[j] = 0.5 * (exp(plus) - exp(minus))
            if turned > 0:
                return False
            t += 1
        write(course, i, k, X, y, beta)
    course.solution[i], course.effective_scale[i] = beta, np.exp(0.5 * log_scale)
    return True


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid while |eta g| < 1 and rounding leaves digits.

    At |eta g| = 1 an update turns a weight's sign. Whether digits are left is seen from a twin that
    starts at a scale NUDGE larger: in chaos they part, and so would simulation and theory.
    """
    at, course, twin = records_and_end(batch), empty_course(batch), empty_course(batch)
    unturned = np.array([_follow_both(row, at[row.index], course, twin) for row in batch.rows()])
    with np.errstate(invalid="ignore"):  # both infinite
        changes = [np.max(np.abs(a - b), axis=1) for a, b in zip(course, twin, strict=True)]
    apart = np.max(changes, axis=0)
    return {**measured(course), "twin_distance": apart, "valid": unturned & (apart < TOGETHER)}


def _follow_both(row: Row, keep_at: Ints, course: Course, twin: Course) -> bool:
    task = task_of(row)
    nudged = task._replace(scale=task.scale * (1.0 + NUDGE))
    i = row.index
    return follow(i, *task, keep_at, course) & follow(i, *nudged, keep_at, twin)
