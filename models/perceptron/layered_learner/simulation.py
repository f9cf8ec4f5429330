"""Tasks learned in sequence by a layered network: Adam on fields or on hidden weights, tested on
every task.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
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
from toysim.models.perceptron.records import record_epochs
from toysim.outcomes import Status

Array = npt.NDArray[np.float64]
ADAM_FIRST, ADAM_SECOND = 0.9, 0.99
# Fields: as for the perceptron, so that Adam moves even nearly certain weights. Hidden weights: the
# usual value, as a unit with equal binary weights to all classes has no gradient but for its
# rounding.
FIELD_FLOOR, HIDDEN_FLOOR = 1e-20, 1e-8


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, row by row."""
    rows = [_learn(batch.take(np.array([i]))) for i in range(len(batch))]
    return {name: np.stack([np.asarray(row[name]) for row in rows]) for name in rows[0]}


class Courses:
    """What is recorded: accuracies of the tasks, uncertainty and divergence of the layers, each (n,
    R).
    """

    def __init__(self, p: LayeredLearnerParameters) -> None:
        self.epochs = record_epochs(p.n_tasks * p.epochs, p.n_records)
        self.accuracy = np.full((p.n_tasks, p.n_records), np.nan)
        self.uncertainty = np.full((p.n_hidden + 1, p.n_records), np.nan)
        self.divergence = np.full((p.n_hidden + 1, p.n_records), np.nan)

    def record(self, learner: Learner, tasks: list[Task]) -> None:
        """Fill the records of the learner's epoch, if there are any."""
        here = self.epochs == learner.epoch
        if here.any():
            weights = learner.weights()
            self.accuracy[:, here] = np.array([accuracy(weights, task) for task in tasks])[:, None]
            self.uncertainty[:, here] = np.array([np.mean(1.0 - w.mean**2) for w in weights])[
                :, None
            ]
            self.divergence[:, here] = np.array(learner.divergences())[:, None]


def _learn(one: Batch) -> dict[str, Any]:
    p = one.model.validate(one.values(0))
    tasks = tasks_of(p, next(one.generators("tasks")))
    shapes = list(enumerate(zip(p.sizes[1:], p.sizes[:-1], strict=True)))
    theta = [p.start_scale * one.normal(f"theta_{i}", *shape)[0] for i, shape in shapes]
    learner, courses = Learner(p, theta, next(one.generators("noise"))), Courses(p)
    courses.record(learner, tasks)
    by_mean, by_sample = np.empty((p.n_tasks, p.n_tasks)), np.empty((p.n_tasks, p.n_tasks))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for i, task in enumerate(tasks):
            learner.begin_task()
            for _ in range(p.epochs):
                learner.run_epoch(task)
                courses.record(learner, tasks)
            weights, sample = learner.weights(), learner.sampled_weights()
            by_mean[i] = [accuracy(weights, t) for t in tasks]
            by_sample[i] = [accuracy(sample, t) for t in tasks]
    return {
        "epoch": courses.epochs.astype(np.float64),
        "accuracy_course": courses.accuracy,
        "uncertainty": courses.uncertainty,
        "divergence": courses.divergence,
        "accuracy": by_mean,
        "sampled_accuracy": by_sample,
        "mean_accuracy": by_mean[-1].mean(),
        "mean_sampled_accuracy": by_sample[-1].mean(),
        "status": Status.DIVERGED if learner.failed_at >= 0 else 0,
        "status_step": learner.failed_at,
    }


def accuracy(weights: list[Weights], task: Task) -> float:
    """Share of a task's test examples whose class has the largest output; NaN for a network that
    diverged.
    """
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
        """KL per weight of each layer from the field at the start of the present task, both at the
        present b.
        """
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
        """Weight of the divergence in an update: an epoch adds one KL from a task's end, an update
        one from a step.
        """
        if self.p.method == "variance_modulated":
            return 0.0
        if self.p.kl_reference == "step":
            return float(self.p.gamma)
        return float(self.p.gamma * n / self.p.n_train) if self.n_begun > 1 else 0.0

    def _update(self, gradients: list[Array]) -> None:
        """Adam; metaplastic steps towards 0 are multiplied by 1 - tanh(mu theta)^2
        (arXiv:2003.03533).
        """
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
