"""Courses of the loss and the l1 norm, and the observables of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.diagonal_linear.problem import error_of

Array = npt.NDArray[np.float64]


class Course(NamedTuple):
    """Loss and l1 norm (n_rows, R + 1) at the records and, last, the end; the rest (n_rows, d)."""

    loss: Any
    l1_norm: Any
    solution: Any
    effective_scale: Any


def empty_course(batch: Batch) -> Course:
    """NaN for every row."""
    kept, features = batch.record_at.shape[1] + 1, int(batch["n_features"][0])
    return Course(*(np.full((len(batch), n), np.nan) for n in (kept, kept, features, features)))


@kernel
def write(course: Course, i: int, k: int, X: Array, y: Array, beta: Array) -> None:
    """Loss and l1 norm of beta (d,) as number k of row i; X (n, d), y (n,)."""
    course.loss[i, k], course.l1_norm[i, k] = mean_loss(X, y, beta), np.sum(np.abs(beta))


@borrowing
def mean_loss(X: Array, y: Array, beta: Array) -> float:
    """Mean over samples of (x.beta - y)^2/2; X (n, d), y (n,), beta (d,)."""
    total = 0.0
    for i in range(len(y)):
        error = error_of(X, y, beta, i)
        total += 0.5 * error * error
    return total / len(y)


def measured(course: Course) -> Rows:
    """Observables from what the rows left."""
    return {
        "loss": course.loss[:, :-1],
        "l1_norm": course.l1_norm[:, :-1],
        "final_loss": course.loss[:, -1],
        "final_l1_norm": course.l1_norm[:, -1],
        "solution": course.solution,
        "effective_scale": course.effective_scale,
    }
