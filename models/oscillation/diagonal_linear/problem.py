"""What a row is given: a sparse regression, its gradient, and the order of the samples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.jit import kernel

Array = npt.NDArray[np.float64]


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
    X = rng.standard_normal((p.n_samples, p.n_features))
    full = p.descent == "full"
    order = np.full(p.n_steps, -1) if full else rng.integers(p.n_samples, size=p.n_steps)
    return Task(X, X[:, : p.n_nonzero].sum(axis=1), p.scale, p.learning_rate, order)


# Both sides take the gradient from here, so comparing them does not check it: the tests do, by
# descent written out once more.
@kernel
def gradient_of(X: Array, y: Array, beta: Array, sample: int, gradient: Array) -> None:
    """Gradient (d,) in beta (d,) of (x.beta - y)^2/2: of one sample, or the mean where it is -1.

    X (n, d), y (n,); ``gradient`` is overwritten.
    """
    gradient[:] = 0.0
    if sample >= 0:
        add_gradient(X, y, beta, sample, 1.0, gradient)
    else:
        for i in range(len(y)):
            add_gradient(X, y, beta, i, 1.0 / len(y), gradient)


@kernel
def add_gradient(
    X: Array, y: Array, beta: Array, sample: int, weight: float, gradient: Array
) -> None:
    """Add weight (x.beta - y) x of one sample to ``gradient`` (d,); X (n, d), y (n,), beta (d,)."""
    error = -y[sample]
    for j in range(len(beta)):
        error += X[sample, j] * beta[j]
    for j in range(len(beta)):
        gradient[j] += weight * error * X[sample, j]
