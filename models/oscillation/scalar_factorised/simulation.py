"""Gradient descent on x and y."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.rows import ESCAPED, records_of
from toysim.models.oscillation.scalar_factorised.losses import (
    KINDS,
    loss_of,
    sharpness_of,
    slope_of,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """States (n, R + 1) at the records and, last, at the end."""

    product: Any
    imbalance: Any
    sharpness: Any
    loss: Any


@kernel
def descend(
    i: int, x: float, y: float, kind: int, eta: float, keep_at: Ints, course: Course
) -> int:
    """Row i: x <- x - eta l'(x y) y, y <- y - eta l'(x y) x, both at once.

    ``keep_at``: updates, ascending, at which ``course`` is written; the last ends the run.
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
        p, D = x * y, (x - y) * (x + y)
        course.product[i, k], course.imbalance[i, k] = p, D
        course.sharpness[i, k] = sharpness_of(kind, p, x * x + y * y, D)
        course.loss[i, k] = loss_of(kind, p)
    return -1


@kernel
def descend_rows(
    x: Array, y: Array, kind: Ints, eta: Array, keep_at: Ints, course: Course, failed_at: Ints
) -> None:
    """``descend`` for every row."""
    for i in range(len(x)):
        failed_at[i] = descend(i, x[i], y[i], kind[i], eta[i], keep_at[i], course)


def updates_kept(batch: Batch) -> Ints:
    """Updates (n, R + 1) of the records and of the end."""
    return np.concatenate([records_of(batch), batch["n_steps"][:, None]], axis=1)


def kinds(batch: Batch) -> Ints:
    """Number of every row's loss."""
    return np.array([KINDS[str(kind)] for kind in batch["loss_kind"]], np.int64)


def empty_course(keep_at: Ints) -> Course:
    """NaN for every row."""
    return Course(*(np.full(keep_at.shape, np.nan) for _ in range(4)))


def measured(batch: Batch, course: Course) -> Rows:
    """Observables from the states kept."""
    rows = {name: values[:, :-1] for name, values in course._asdict().items()}
    final = {f"final_{name}": values[:, -1] for name, values in course._asdict().items()}
    return {**rows, **final, "edge_share": 0.5 * batch["learning_rate"] * course.sharpness[:, -1]}


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at = updates_kept(batch)
    course, failed_at = empty_course(at), np.empty(len(batch), np.int64)
    descend_rows(
        batch["x_start"],
        batch["y_start"],
        kinds(batch),
        batch["learning_rate"],
        at,
        course,
        failed_at,
    )
    return {
        **measured(batch, course),
        "update": at[:, :-1].astype(float),
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }
