"""Descent on the weights w+ and w- of a diagonal linear network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.rows import ESCAPED, records_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """Of one row: loss and l1 norm (R + 1,) at the records and, last, the end; solution and scale
    (d,).
    """

    loss: Any
    l1_norm: Any
    solution: Any
    effective_scale: Any


@kernel
def add_gradient(
    X: Array, y: Array, beta: Array, sample: int, weight: float, gradient: Array
) -> None:
    """Add weight (x.beta - y) x of one sample to ``gradient`` (d,)."""
    error = -y[sample]
    for j in range(len(beta)):
        error += X[sample, j] * beta[j]
    for j in range(len(beta)):
        gradient[j] += weight * error * X[sample, j]


@kernel
def gradient_of(X: Array, y: Array, beta: Array, sample: int, gradient: Array) -> None:
    """Gradient in beta of the squared error over 2: of one sample, or the mean over all where
    sample is -1.
    """
    gradient[:] = 0.0
    if sample >= 0:
        add_gradient(X, y, beta, sample, 1.0, gradient)
    else:
        for i in range(len(y)):
            add_gradient(X, y, beta, i, 1.0 / len(y), gradient)


@kernel
def mean_loss(X: Array, y: Array, beta: Array) -> float:
    """Mean over samples of (x.beta - y)^2/2."""
    total = 0.0
    for i in range(len(y)):
        error = -y[i]
        for j in range(len(beta)):
            error += X[i, j] * beta[j]
        total += 0.5 * error * error
    return total / len(y)


@kernel
def descend(
    X: Array, y: Array, scale: float, eta: float, order: Ints, keep_at: Ints, course: Course
) -> int:
    """One row: w+ <- w+ (1 - eta g), w- <- w- (1 + eta g), beta = (w+^2 - w-^2)/2, from w+ = w- =
    scale.

    ``order`` (T,): the sample of every update, -1 for all. ``keep_at``: updates, ascending, at
    which ``course`` is written; the last ends the run. Returns -1, or the update that left sum
    |beta| < ESCAPED.
    """
    d = X.shape[1]
    plus, minus, beta, gradient = np.full(d, scale), np.full(d, scale), np.zeros(d), np.empty(d)
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            gradient_of(X, y, beta, order[t], gradient)
            size = 0.0
            for j in range(d):
                plus[j] *= 1.0 - eta * gradient[j]
                minus[j] *= 1.0 + eta * gradient[j]
                beta[j] = 0.5 * (plus[j] * plus[j] - minus[j] * minus[j])
                size += abs(beta[j])
            t += 1
            if not size < ESCAPED:
                return t
        course.loss[k], course.l1_norm[k] = mean_loss(X, y, beta), np.sum(np.abs(beta))
    course.solution[:], course.effective_scale[:] = beta, np.sqrt(np.abs(plus * minus))
    return -1


class Task(NamedTuple):
    """What a row is given: X (n, d), y (n,), order (T,) of the samples, updates (R + 1,) kept."""

    X: Any
    y: Any
    order: Any
    keep_at: Any


def tasks(batch: Batch) -> Iterator[Task]:
    """The tasks of the rows in turn; all methods and learning rates of a replica share the data,
    and SGD the order.
    """
    keep_at = np.concatenate([records_of(batch), batch["n_steps"][:, None]], axis=1)
    sizes = (batch[name].tolist() for name in ("n_samples", "n_features", "n_nonzero", "n_steps"))
    for i, (rng, n, d, n_nonzero, n_steps) in enumerate(
        zip(batch.generators("task"), *sizes, strict=True)
    ):
        X = rng.standard_normal((n, d))
        full = batch["descent"][i] == "full"
        order = np.full(n_steps, -1) if full else rng.integers(n, size=n_steps)
        yield Task(X, X[:, :n_nonzero].sum(axis=1), order, keep_at[i])


def empty_course(batch: Batch) -> Course:
    """NaN for every row."""
    shapes = [
        (len(batch), int(batch[name][0]) + more)
        for name, more in (("n_records", 1), ("n_features", 0))
    ]
    return Course(
        *(np.full(shape, np.nan) for shape in (shapes[0], shapes[0], shapes[1], shapes[1]))
    )


def course_of(courses: Course, i: int) -> Course:
    """Row i, as views."""
    return Course(*(values[i] for values in courses))


def measured(courses: Course) -> Rows:
    """Observables from what the rows left."""
    return {
        "loss": courses.loss[:, :-1],
        "l1_norm": courses.l1_norm[:, :-1],
        "final_loss": courses.loss[:, -1],
        "final_l1_norm": courses.l1_norm[:, -1],
        "solution": courses.solution,
        "effective_scale": courses.effective_scale,
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    courses, failed_at = empty_course(batch), np.empty(len(batch), np.int64)
    for i, task in enumerate(tasks(batch)):
        rest = (batch["learning_rate"][i], task.order, task.keep_at, course_of(courses, i))
        failed_at[i] = descend(task.X, task.y, batch["scale"][i], *rest)
    return {
        **measured(courses),
        "update": records_of(batch).astype(float),
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }
