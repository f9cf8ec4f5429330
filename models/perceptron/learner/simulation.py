"""Two tasks learned in sequence: courses of the errors, the state at the switch and at the end."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.learner.descent import (
    Rule,
    State,
    Work,
    mean_loss,
    sign_overlap,
    train,
)
from toysim.models.perceptron.learner.parameters import LearnerParameters
from toysim.models.perceptron.learner.problem import BITS, Problem, problem_of
from toysim.models.perceptron.measures import angle
from toysim.records import ended

Array = npt.NDArray[np.float64]
COURSES = ("sign_overlap_1", "sign_overlap_2", "error_1", "error_2", "self_overlap", "loss")


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, in turn: an epoch costs far more than the Python around it."""
    courses = [learn(problem_of(row), row.record_at.tolist()) for row in batch.rows()]
    failed_at = np.array([course.failed_at for course in courses])
    return stacked([course.values for course in courses]) | ended(failed_at)


class Learned(NamedTuple):
    """Observables of a row, and the update at which its field left the numbers, -1 if none."""

    values: dict[str, Any]
    failed_at: int


def learn(problem: Problem, record_at: list[int]) -> Learned:
    """One row: both tasks, observed at the epochs ``record_at``, at the switch and at the end."""
    p = problem.parameters
    switch, end = p.epochs_1, p.epochs_1 + p.epochs_2
    work, state = workspace(problem), start(problem.theta, np.zeros(p.size))
    seen = {0: observed(problem, 1, state, work)}
    first = Phase(problem, 1, state, work)
    first.run(sorted({*record_at, switch} & set(range(1, switch + 1))), seen)
    before = state.theta if problem.tasks[1].n_patterns else np.zeros(p.size)
    second = Phase(problem, 2, start(state.theta, before), work, first)
    second.run(sorted(epoch for epoch in {*record_at, end} if epoch > switch), seen)
    values = {
        **seen[end],
        **{f"{name}_course": [seen[epoch][name] for epoch in record_at] for name in COURSES},
        "switch_error_1": seen[switch]["error_1"],
        "switch_self_overlap": seen[switch]["self_overlap"],
        "switch_loss": seen[switch]["loss"],
        "relaxation_time": relaxation_time_of(p, seen[0]["sign_overlap_1"], first.overlaps),
    }
    return Learned(values, second.failed_at)


def relaxation_time_of(p: LearnerParameters, begin: float, overlaps: Array) -> float:
    """Of task 1, from the overlaps p1 at the start and after each epoch (T1,)."""
    errors = np.array([angle(overlap) for overlap in (begin, *overlaps.tolist())])
    return relaxation_time(errors, p.relaxation_window, p.relaxation_threshold)


def relaxation_time(errors: Array, window: int, threshold: float) -> float:
    """First epoch with a standard deviation of the last ``window`` errors below the threshold.

    NaN if none. Errors (T + 1,) count from epoch 0. As in figure 2c of arXiv:2212.02846, which has
    a window and a threshold of its own.
    """
    if len(errors) < window:
        return math.nan
    sums = np.cumsum(np.concatenate([[0.0], errors - errors[0]]))
    squares = np.cumsum(np.concatenate([[0.0], (errors - errors[0]) ** 2]))
    mean = (sums[window:] - sums[:-window]) / window
    variance = (squares[window:] - squares[:-window]) / window - mean**2
    steady = np.flatnonzero(variance < threshold**2)
    return float(steady[0] + window - 1) if len(steady) else math.nan


class Phase:
    """The epochs of one task, up to one stop after the other."""

    def __init__(
        self, problem: Problem, number: int, state: State, work: Work, before: Phase | None = None
    ) -> None:
        p = problem.parameters
        self.problem, self.number, self.state, self.work = problem, number, state, work
        self.begin, n_epochs = (0, p.epochs_1) if number == 1 else (p.epochs_1, p.epochs_2)
        # of sign(theta) with this task's teacher, after each epoch
        self.overlaps = np.full(n_epochs, np.nan)
        ramp = p.self_overlap_ramp if number == 1 else ()
        self.targets = np.linspace(ramp[0], ramp[1], n_epochs) if ramp else np.empty(0)
        self.updates_before: int = before.updates if before else 0
        self.updates: int = 0  # on this task
        self.failed_at: int = before.failed_at if before else -1

    def run(self, stops: list[int], seen: dict[int, dict[str, float]]) -> None:
        """Train to the end of each epoch of ``stops`` and observe; a diverged field stays NaN."""
        done = 0
        for stop in stops:
            new = slice(done, stop - self.begin)
            if self.failed_at < 0:
                self._train(self.targets[new], self.overlaps[new])
            done = new.stop
            seen[stop] = observed(self.problem, self.number, self.state, self.work)

    def _train(self, targets: Array, overlaps: Array) -> None:
        task = self.problem.tasks[self.number - 1]
        rule = rule_of(self.problem.parameters, self.number)
        updates = train(task, rule, self.state, self.updates, targets, overlaps, self.work)
        self.updates = abs(updates)
        if updates < 0:
            self.failed_at = self.updates_before + self.updates
            self.state.theta[:] = np.nan


def start(theta: Array, reference: Array) -> State:
    """State at the start of a task: moments at zero, and the field a divergence is from."""
    return State(theta, np.zeros_like(theta), np.zeros_like(theta), reference.copy())


def workspace(problem: Problem) -> Work:
    """Arrays for gradients of either task."""
    size = problem.parameters.size
    slots = max(task.by_weight.shape[2] for task in problem.tasks)
    return Work(*(np.zeros(n) for n in (size, size, size, slots, slots, 1 << BITS)))


def rule_of(p: LearnerParameters, number: int) -> Rule:
    """Rule of task 1 or 2: only the variational learner and EWC are held to the field before."""
    held = p.method in ("variational", "ewc")
    gamma = (p.prior_gamma, p.gamma)[number - 1] if held else 0.0
    return Rule(
        b=p.inverse_temperature,
        penalty=gamma / max(1, p.n_patterns(number)),
        frozen_curvature=p.method == "ewc",
        binarised=p.method == "metaplastic",
        metaplasticity=p.metaplasticity,
        adam=p.optimiser == "adam",
        rate=(p.learning_rate_1, p.learning_rate_2)[number - 1],
        momentum=p.momentum,
        decay=p.weight_decay,
    )


def mean_weights(rule: Rule, theta: Array) -> Array:
    """Of fields theta (N,): tanh(b theta), or the signs of binarised weights."""
    return np.sign(theta) if rule.binarised else np.tanh(rule.b * theta)


def observed(problem: Problem, number: int, state: State, work: Work) -> dict[str, Any]:
    """Overlaps with both teachers and with the field before, errors, and the task's loss.

    A second task without patterns is none: the loss stays that of the first.
    """
    p, (first, second) = problem.parameters, problem.tasks
    task = problem.tasks[number - 1] if problem.tasks[number - 1].n_patterns else first
    rule = rule_of(p, number)
    m, before = mean_weights(rule, state.theta), mean_weights(rule, state.reference)
    overlaps = [sign_overlap(state.theta, task.teacher) for task in (first, second)]
    return {
        "sign_overlap_1": overlaps[0],
        "sign_overlap_2": overlaps[1],
        "error_1": angle(overlaps[0]),
        "error_2": angle(overlaps[1]),
        "overlap_1": m @ first.teacher / p.size,
        "overlap_2": m @ second.teacher / p.size,
        "self_overlap": m @ m / p.size,
        "cross_overlap": m @ before / p.size,
        "loss": mean_loss(task, rule, state.theta, work),
    }
