"""What a row is given: a sparse regression, its gradient, and the order of the samples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.jit import borrowing
from toysim.models.oscillation.diagonal_linear.parameters import DiagonalLinearParameters

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Task(NamedTuple):
    """X (n, d), y (n,), start of w+ and w-, rate eta; ``order`` (T,) of samples, -1 for all."""

    X: Any
    y: Any
    scale: float
    eta: float
    order: Any


def task_of(row: Row) -> Task:
    """Methods and learning rates of a replica share the data, and runs of SGD the order."""
    p, rng = row.p, row.generator("task")
    X = np.array(p.inputs) if p.inputs else rng.standard_normal((p.n_samples, p.n_features))
    y = np.array(p.labels) if p.labels else X[:, : p.n_nonzero].sum(axis=1)
    return Task(X, y, p.scale, p.learning_rate, _order(p, rng))


def _order(p: DiagonalLinearParameters, rng: np.random.Generator) -> Ints:
    if p.descent == "full":
        return np.full(p.n_steps, -1)
    if p.descent == "cyclic":
        return np.arange(p.n_steps) % p.n_samples
    return rng.integers(p.n_samples, size=p.n_steps)


# Both sides take the gradient from here, so comparing them does not check it: the tests do, by
# descent written out once more.
@borrowing
def gradient_of(X: Array, y: Array, beta: Array, sample: int, gradient: Array) -> None:
    """Gradient (d,) in beta (d,) of (x.beta - y)^2/2: of one sample, or the mean where it is -1.

    X (n, d), y (n,); ``gradient`` is overwritten.
    """
    if sample >= 0:
        error = error_of(X, y, beta, sample)
        for j in range(len(gradient)):
            gradient[j] = error * X[sample, j]
        return
    for j in range(len(gradient)):
        gradient[j] = 0.0
    for i in range(len(y)):
        error = error_of(X, y, beta, i) / len(y)
        for j in range(len(gradient)):
            gradient[j] += error * X[i, j]


@borrowing
def error_of(X: Array, y: Array, beta: Array, sample: int) -> float:
    """x.beta - y of one sample; X (n, d), y (n,), beta (d,)."""
    error: float = -y[sample]
    for j in range(len(beta)):
        error += X[sample, j] * beta[j]
    return error
