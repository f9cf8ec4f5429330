"""The network trained: every row from its draws to its observables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.oscillation.feature_noise.descent import Network, descend
from toysim.models.oscillation.feature_noise.measures import Run, accuracies, measure, stacked
from toysim.models.oscillation.feature_noise.problem import Problem, U, problems
from toysim.models.oscillation.feature_noise.state import empty_courses, empty_ledger

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    test = batch.generators("test")
    return stacked([_row(problem, next(test)) for problem in problems(batch)])


def _row(problem: Problem, test: np.random.Generator) -> dict[str, Any]:
    run, weights = train(problem)
    status = {"status": int(run.failed_at >= 0), "status_step": run.failed_at}
    return {**measure(problem, run), **accuracies(problem, run, weights, test), **status}


def train(problem: Problem) -> tuple[Run, Array]:
    """The run and the weights (2m, d) at its end."""
    task, patches = problem.task, problem.patches
    start = patches @ problem.weights.T
    net = Network(
        on_weights=problem.parameters.kernel == "weights",
        z=start.copy(),
        start=start,
        coefficients=np.zeros_like(start),
        gram=patches @ patches.T,
        weights=np.ascontiguousarray(problem.weights.T),
        patches=patches,
    )
    ledger, courses = empty_ledger(), empty_courses(len(task.record_at))
    failed_at = descend(net, task, ledger, courses)
    growth = np.array([_growth(start[U], net.z[U], side) for side in range(2)])
    weights = net.weights + patches.T @ net.coefficients
    return Run(courses, ledger, growth, failed_at), weights.T


def _growth(before: Array, after: Array, side: int) -> float:
    """log growth of |<w, u>| of the label's right filter with the largest overlap; NaN if it has no
    right filter.
    """
    m, y = len(before) // 2, 1 - 2 * side
    f = side * m + int(np.argmax(y * before[side * m : (side + 1) * m]))
    if y * before[f] <= 0:
        return np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(np.abs(after[f] / before[f])))
