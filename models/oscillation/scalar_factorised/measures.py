"""States kept of a run, its sharpness, and the observables of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.scalar_factorised.problem import bend_of, loss_of, slope_of

Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """States (n_rows, R + 1) at the records and, last, at the end."""

    product: Any
    imbalance: Any
    sharpness: Any
    loss: Any


def empty_course(keep_at: Ints) -> Course:
    """NaN for every row."""
    return Course(*(np.full(keep_at.shape, np.nan) for _ in Course._fields))


@kernel
def write(course: Course, i: int, k: int, kind: int, p: float, s: float, D: float) -> None:
    """Number k of row i, from p = x y, s = x^2 + y^2 and D = x^2 - y^2."""
    course.product[i, k], course.imbalance[i, k] = p, D
    course.sharpness[i, k] = sharpness_of(kind, p, s, D)
    course.loss[i, k] = loss_of(kind, p)


@kernel
def sharpness_of(kind: int, p: float, s: float, D: float) -> float:
    """Largest eigenvalue of the Hessian in (x, y), with s = x^2 + y^2 and D = x^2 - y^2; derived.

    [[l'' y^2, l' + l'' p], [l' + l'' p, l'' x^2]]: [l'' s + sqrt(l''^2 D^2 + 4 (l' + l'' p)^2)]/2
    """
    slope, bend = slope_of(kind, p), bend_of(kind, p)
    return 0.5 * (bend * s + math.hypot(bend * D, 2.0 * (slope + bend * p)))


def measured(batch: Batch, course: Course) -> Rows:
    """Observables from the states kept."""
    rows = {name: values[:, :-1] for name, values in course._asdict().items()}
    final = {f"final_{name}": values[:, -1] for name, values in course._asdict().items()}
    return {**rows, **final, "edge_share": 0.5 * batch["learning_rate"] * course.sharpness[:, -1]}
