"""Tasks learned in sequence by a layered network (arXiv:2212.02846): Adam on fields or weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.layered_learner.network import (
    Weights,
    backward,
    cross_entropy_slope,
    divergence,
    field_variance,
    field_weights,
    forward,
)
from toysim.models.perceptron.layered_learner.parameters import LayeredLearnerParameters
from toysim.models.perceptron.layered_learner.tasks import Task, tasks_of
from toysim.records import ended

Array = npt.NDArray[np.float64]
ADAM_FIRST, ADAM_SECOND = 0.9, 0.99
# Fields: as for the perceptron, so that Adam moves even nearly certain weights. Hidden weights: the
# usual value, as a unit with equal binary weights to all classes has no gradient but for its
# rounding.
FIELD_FLOOR, HIDDEN_FLOOR = 1e-20, 1e-8


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, row by row."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        courses = [_learned(row) for row in batch.rows()]
    failed_at = np.array([course.learner.failed_at for course in courses])
    return stacked([course.values for course in courses]) | ended(failed_at)


def _learned(row: Row) -> Course:
    """A learner through all its tasks."""
    p: LayeredLearnerParameters = row.p
    tasks = tasks_of(p, row.generator("tasks"))
    shapes = zip(p.sizes[1:], p.sizes[:-1], strict=True)
    theta = [p.start_scale * row.normal(f"theta_{i}", *shape) for i, shape in enumerate(shapes)]
    course = Course(Learner(p, theta, row.generator("noise")), tasks, row.record_at)
    for task in tasks:
        course.train(task)
    return course


class Course:
    """A learner on its way through the tasks, and what is seen of it.

    Recorded (n, R): accuracies of the tasks, uncertainty and divergence of the layers; after every
    task the accuracies of all, by the mean weights and by a draw of them.
    """

    def __init__(self, learner: Learner, tasks: list[Task], record_at: Array) -> None:
        self.learner, self.tasks, self.record_at = learner, tasks, record_at
        layers, records = len(learner.theta), len(record_at)
        self.accuracy = np.full((len(tasks), records), np.nan)
        self.uncertainty = np.full((layers, records), np.nan)
        self.divergence = np.full((layers, records), np.nan)
        self.by_mean: list[list[float]] = []
        self.by_sample: list[list[float]] = []
        self._record()

    def train(self, task: Task) -> None:
        """All epochs of one task."""
        self.learner.begin_task()
        for _ in range(self.learner.p.epochs):
            self.learner.run_epoch(task)
            self._record()
        self.by_mean.append(self._accuracies(self.learner.weights()))
        self.by_sample.append(self._accuracies(self.learner.sampled_weights()))

    def _accuracies(self, weights: list[Weights]) -> list[float]:
        return [accuracy(weights, task) for task in self.tasks]

    def _record(self) -> None:
        """Fill the records of the learner's epoch, if there are any."""
        here = self.record_at == self.learner.epoch
        if here.any():
            weights = self.learner.weights()
            uncertainty = [np.mean(1.0 - w.mean**2) for w in weights]
            self.accuracy[:, here] = np.array(self._accuracies(weights))[:, None]
            self.uncertainty[:, here] = np.array(uncertainty)[:, None]
            self.divergence[:, here] = np.array(self.learner.divergences())[:, None]

    @property
    def values(self) -> dict[str, Any]:
        return {
            "accuracy_course": self.accuracy,
            "uncertainty": self.uncertainty,
            "divergence": self.divergence,
            "accuracy": self.by_mean,
            "sampled_accuracy": self.by_sample,
            "mean_accuracy": np.mean(self.by_mean[-1]),
            "mean_sampled_accuracy": np.mean(self.by_sample[-1]),
        }


def accuracy(weights: list[Weights], task: Task) -> float:
    """Share of a task's test examples whose class has the largest output; NaN if it diverged."""
    z, _ = forward(task.test.astype(np.float64), weights, None)
    return float(np.mean(z.argmax(axis=1) == task.test_class)) if np.isfinite(z).all() else math.nan


class Learner:
    """Fields theta (or hidden weights, if binarised) of all layers and their optimiser.

    Adam's moments go on through the tasks: it is not told of a switch. With ``kl_reference = step``
    theta' is the field before the last update, so that the divergence resists every update and no
    task has to be announced.
    """

    def __init__(
        self, p: LayeredLearnerParameters, theta: list[Array], noise: np.random.Generator
    ) -> None:
        self.p, self.theta, self.noise = p, theta, noise
        self.binarised = p.method in ("metaplastic", "plain")
        self.first = [np.zeros_like(layer) for layer in theta]
        self.second = [np.zeros_like(layer) for layer in theta]
        self.task_start = [layer.copy() for layer in theta]
        self.reference = self.task_start  # theta' of the divergence
        self.n_begun = self.epoch = self.updates = 0
        self.failed_at = -1

    @property
    def b(self) -> float:
        """Inverse temperature of the present epoch."""
        p = self.p
        done = self.epoch / (p.n_tasks * p.epochs)
        return p.inverse_temperature * math.tanh(p.anneal_from + p.anneal_by * done)

    def weights(self) -> list[Weights]:
        if self.binarised:
            return [Weights(np.sign(theta), None) for theta in self.theta]
        return [field_weights(theta, self.b) for theta in self.theta]

    def sampled_weights(self) -> list[Weights]:
        """Binary weights drawn from the fields, +1 with probability (1 + mu)/2."""
        draws = [self.noise.uniform(-1.0, 1.0, theta.shape) for theta in self.theta]
        return [
            Weights(np.where(u < w.mean, 1.0, -1.0), None)
            for u, w in zip(draws, self.weights(), strict=True)
        ]

    def divergences(self) -> list[float]:
        """KL per weight of each layer from the field at the task's start, both at the present b."""
        if self.binarised:
            return [math.nan] * len(self.theta)
        return [divergence(a, b, self.b) for a, b in zip(self.theta, self.task_start, strict=True)]

    def begin_task(self) -> None:
        self.n_begun += 1
        self.task_start = [layer.copy() for layer in self.theta]
        if self.p.kl_reference == "task":
            self.reference = self.task_start

    def run_epoch(self, task: Task) -> None:
        """Minibatches in the same order every epoch; a field that diverged stays as it is."""
        self.epoch += 1
        for begin in range(0, self.p.n_train, self.p.batch_size):
            if self.failed_at < 0:
                batch = slice(begin, begin + self.p.batch_size)
                self._update(
                    self._gradients(task.train[batch].astype(np.float64), task.train_class[batch])
                )
                if not all(math.isfinite(layer.sum()) for layer in self.theta):
                    self.failed_at = self.updates

    def _gradients(self, x: Array, classes: npt.NDArray[np.int64]) -> list[Array]:
        weights = self.weights()
        noise = (
            None
            if self.binarised
            else [self.noise.standard_normal((len(x), n)) for n in self.p.sizes[1:]]
        )
        z, trace = forward(x, weights, noise)
        gradients = backward(cross_entropy_slope(z, classes), weights, trace)
        if self.binarised:
            return gradients
        b, strength = self.b, self._strength(len(x))
        for i, gradient in enumerate(gradients):
            gradient *= b
            if strength > 0.0:
                at = self.reference[i] if self.p.method == "ewc" else self.theta[i]
                gradient += (
                    strength * b * b * field_variance(at, b) * (self.theta[i] - self.reference[i])
                )
        return gradients

    def _strength(self, n: int) -> float:
        """Weight of the divergence in an update.

        An epoch adds one KL from a task's end, an update one from a step.
        """
        if self.p.method == "variance_modulated":
            return 0.0
        if self.p.kl_reference == "step":
            return float(self.p.gamma)
        return float(self.p.gamma * n / self.p.n_train) if self.n_begun > 1 else 0.0

    def _update(self, gradients: list[Array]) -> None:
        """Adam; metaplastic steps towards 0 times 1 - tanh(mu theta)^2 (arXiv:2003.03533)."""
        self.updates += 1
        if self.p.kl_reference == "step":
            self.reference = [layer.copy() for layer in self.theta]
        floor = HIDDEN_FLOOR if self.binarised else FIELD_FLOOR
        unbias_first, unbias_second = (
            1.0 - ADAM_FIRST**self.updates,
            1.0 - ADAM_SECOND**self.updates,
        )
        for theta, first, second, gradient in zip(
            self.theta, self.first, self.second, gradients, strict=True
        ):
            first += (1.0 - ADAM_FIRST) * (gradient - first)
            second += (1.0 - ADAM_SECOND) * (gradient * gradient - second)
            step = (
                self.p.learning_rate
                / unbias_first
                * first
                / (np.sqrt(second / unbias_second) + floor)
            )
            if self.p.method == "metaplastic":
                step *= np.where(
                    step * theta > 0.0, 1.0 - np.tanh(self.p.metaplasticity * theta) ** 2, 1.0
                )
            theta -= step
