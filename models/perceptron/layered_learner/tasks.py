"""Tasks made by a teacher of binary weights: signs on a hidden manifold, and their classes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.perceptron.layered_learner.parameters import LayeredLearnerParameters

Signs = npt.NDArray[np.int8]
Array = npt.NDArray[np.float64]


class Task(NamedTuple):
    """Inputs (n, n_inputs) and classes (n,), to train on and to test with."""

    train: Signs
    train_class: npt.NDArray[np.int64]
    test: Signs
    test_class: npt.NDArray[np.int64]


def tasks_of(p: LayeredLearnerParameters, generator: np.random.Generator) -> list[Task]:
    """All tasks of a row; permuted ones share inputs and classes, the first unpermuted."""
    if p.tasks == "teachers":
        return [_task(p, generator) for _ in range(p.n_tasks)]
    first = _task(p, generator)  # drawn where it is given too, so that the orders are the same
    if p.patterns:
        first = _split(p, np.array(p.patterns, np.int8), np.array(p.classes, np.int64))
    orders = [
        np.arange(p.n_inputs),
        *(generator.permutation(p.n_inputs) for _ in range(p.n_tasks - 1)),
    ]
    return [
        first._replace(train=first.train[:, order], test=first.test[:, order]) for order in orders
    ]


def _task(p: LayeredLearnerParameters, generator: np.random.Generator) -> Task:
    """Inputs x = sign(F c), Gaussian F (n_inputs, d) and c (d,): after arXiv:1909.11500."""
    n = p.n_train + p.n_test
    if p.n_latent:
        manifold = generator.standard_normal((p.n_latent, p.n_inputs))
        x = _sign(generator.standard_normal((n, p.n_latent)) @ manifold)
    else:
        x = _sign(generator.standard_normal((n, p.n_inputs)))
    return _split(p, x, _classes(p, generator, x))


def _split(p: LayeredLearnerParameters, x: Signs, classes: npt.NDArray[np.int64]) -> Task:
    """The first to train on, the others to test with."""
    return Task(x[: p.n_train], classes[: p.n_train], x[p.n_train :], classes[p.n_train :])


def _classes(
    p: LayeredLearnerParameters, generator: np.random.Generator, x: Signs
) -> npt.NDArray[np.int64]:
    """Largest output of two hidden layers of tanh units with weights +-1/sqrt(n).

    Not ReLU, whose positive means would give nearly every input the same class; nor signs, whose
    classes are so finely folded that no network of these sizes generalises well (seen).
    """
    activity = x.astype(np.float64)
    for n_out in (p.teacher_width, p.teacher_width, p.n_classes):
        weights = _sign(generator.standard_normal((activity.shape[1], n_out)))
        outputs = activity @ weights / math.sqrt(activity.shape[1])
        activity = np.tanh(outputs)
    return np.asarray(np.argmax(outputs, axis=1))


def _sign(values: Array) -> Signs:
    return np.where(values >= 0, 1, -1).astype(np.int8)
