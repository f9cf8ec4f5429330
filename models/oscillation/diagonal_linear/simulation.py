"""Descent on the weights w+ and w- of a diagonal linear network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.diagonal_linear.measures import (
    Course,
    empty_course,
    measured,
    write,
)
from toysim.models.oscillation.diagonal_linear.problem import gradient_of, task_of
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@borrowing
def update(plus: Array, minus: Array, beta: Array, gradient: Array, eta: float) -> int:
    """w+ <- w+ (1 - eta g), w- <- w- (1 + eta g), beta = (w+^2 - w-^2)/2, all (d,).

    Tells how many features escape.
    """
    escapes = 0
    for j in range(len(beta)):
        move = eta * gradient[j]
        plus[j] *= 1.0 - move
        minus[j] *= 1.0 + move
        beta[j] = 0.5 * (plus[j] * plus[j] - minus[j] * minus[j])
        escapes += not abs(beta[j]) < ESCAPED
    return escapes


@kernel
def descend(
    i: int,
    X: Array,
    y: Array,
    scale: float,
    eta: float,
    order: Ints,
    keep_at: Ints,
    course: Course,
) -> int:
    """Row i: w+ <- w+ (1 - eta g), w- <- w- (1 + eta g), beta = (w+^2 - w-^2)/2, from ``scale``.

    After arXiv:2210.05337. X (n, d), y (n,); ``order`` (T,): the sample of every update, -1 for
    all. ``keep_at`` (R + 1,): updates, ascending, at which ``course`` is written; the last ends the
    run. Returns -1, or the update that left |beta| < ESCAPED in
    a feature.
    """
    d = X.shape[1]
    plus, minus, beta, gradient = np.full(d, scale), np.full(d, scale), np.zeros(d), np.empty(d)
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            gradient_of(X, y, beta, order[t], gradient)
            t += 1
            if update(plus, minus, beta, gradient, eta) > 0:
                return t
        write(course, i, k, X, y, beta)
    course.solution[i], course.effective_scale[i] = beta, np.sqrt(np.abs(plus * minus))
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at, course = records_and_end(batch), empty_course(batch)
    failed_at = [descend(i, *task_of(row), at[i], course) for i, row in enumerate(batch.rows())]
    return measured(course) | ended(np.array(failed_at))
