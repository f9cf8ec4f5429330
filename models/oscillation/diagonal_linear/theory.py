"""The same descent in dual variables: the interpolator by its effective scale and a sum of
gradients.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.diagonal_linear.simulation import (
    Course,
    course_of,
    empty_course,
    gradient_of,
    mean_loss,
    measured,
    tasks,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NUDGE = 1e-13  # what rounding comes to over many updates
TOGETHER = 1e-9


@kernel
def follow(
    X: Array, y: Array, scale: float, eta: float, order: Ints, keep_at: Ints, course: Course
) -> bool:
    """One row by beta = alpha_eff^2 sinh(2 D), per coordinate

        log alpha_eff^2 <- log alpha_eff^2 + log(1 - eta^2 g^2),  D <- D - atanh(eta g)

    Tells whether |eta g| < 1 throughout, where this holds; stops where it does not. Derived (a
    mirror descent with hyperbolic entropy of shrinking scale, after arXiv:2302.08982).
    """
    d = X.shape[1]
    log_scale, dual, beta, gradient = (
        np.full(d, 2.0 * math.log(scale)),
        np.zeros(d),
        np.zeros(d),
        np.empty(d),
    )
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            gradient_of(X, y, beta, order[t], gradient)
            for j in range(d):
                move = eta * gradient[j]
                if not abs(move) < 1.0:
                    return False
                log_scale[j] += math.log1p(-move * move)
                dual[j] -= math.atanh(move)
                beta[j] = math.exp(log_scale[j]) * math.sinh(2.0 * dual[j])
            t += 1
        course.loss[k], course.l1_norm[k] = mean_loss(X, y, beta), np.sum(np.abs(beta))
    course.solution[:], course.effective_scale[:] = beta, np.exp(0.5 * log_scale)
    return True


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid while no update turns a weight's sign, |eta g| < 1, and
    rounding leaves digits.

    Whether it does is seen from a twin that starts at a scale NUDGE larger: in chaos they part, and
    so would simulation and theory.
    """
    courses, twins, unturned = (
        empty_course(batch),
        empty_course(batch),
        np.empty(len(batch), np.bool_),
    )
    for i, task in enumerate(tasks(batch)):
        scale, rest = batch["scale"][i], (batch["learning_rate"][i], task.order, task.keep_at)
        unturned[i] = follow(task.X, task.y, scale, *rest, course_of(courses, i))
        unturned[i] &= follow(task.X, task.y, scale * (1.0 + NUDGE), *rest, course_of(twins, i))
    apart = np.max(
        [np.max(np.abs(a - b), axis=1) for a, b in zip(courses, twins, strict=True)], axis=0
    )
    return {**measured(courses), "twin_distance": apart, "valid": unturned & (apart < TOGETHER)}
