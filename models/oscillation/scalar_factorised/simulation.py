"""Gradient descent on x and y."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.models.oscillation.scalar_factorised.measures import (
    Course,
    empty_course,
    measured,
    write,
)
from toysim.models.oscillation.scalar_factorised.problem import kinds, slope_of
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def descend(
    i: int, x: float, y: float, kind: int, eta: float, keep_at: Ints, course: Course
) -> int:
    """Row i: x <- x - eta l'(x y) y, y <- y - eta l'(x y) x, both at once.

    ``keep_at`` (R + 1,): updates, ascending, at which ``course`` is written; the last ends the run.
    Returns -1, or the update that left x^2 + y^2 < ESCAPED.
    """
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            move = eta * slope_of(kind, x * y)
            x, y = x - move * y, y - move * x
            t += 1
            if not x * x + y * y < ESCAPED:
                return t
        write(course, i, k, kind, x * y, x * x + y * y, (x - y) * (x + y))
    return -1


@kernel
def descend_rows(x: Array, y: Array, kind: Ints, eta: Array, keep_at: Ints, course: Course) -> Ints:
    """``descend`` for every row: all (n_rows,), ``keep_at`` (n_rows, R + 1)."""
    failed_at = np.empty(len(x), np.int64)
    for i in range(len(x)):
        failed_at[i] = descend(i, x[i], y[i], kind[i], eta[i], keep_at[i], course)
    return failed_at


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    x, y, eta = batch["x_start"], batch["y_start"], batch["learning_rate"]
    at = records_and_end(batch)
    course = empty_course(at)
    return ended(descend_rows(x, y, kinds(batch), eta, at, course)) | measured(batch, course)
