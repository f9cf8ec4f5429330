"""The group recursion of a batch, from each row's own draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.oscillation.feature_noise.measures import Run, measure
from toysim.models.oscillation.feature_noise.problem import Problem, V, problem_of
from toysim.models.oscillation.feature_noise.recursion import recur
from toysim.models.oscillation.feature_noise.regimes import PERIOD_TWO, strong_share, weak_ceiling
from toysim.models.oscillation.feature_noise.state import (
    Groups,
    empty_courses,
    empty_ledger,
    set_groups,
)


def predict(batch: Batch) -> Rows:
    """Every observable but the accuracies, row by row.

    The recursion is exact where all patches are orthogonal. Valid there, and up to the step at
    which rounding errors could grow along a run: the 2-cycle of the strong feature's map is stable,
    and draws errors in, for gamma < sqrt(5) - 1; the same is asked of the weak feature and of every
    noise patch. Above it the values are those of one run among others that start a rounding error
    apart: good for means over replicas, not for a row.
    """
    return stacked([_row(problem_of(row)) for row in batch.rows()])


def _row(problem: Problem) -> dict[str, Any]:
    p = problem.parameters
    gamma = p.gamma_u * strong_share(p)
    largest = max(gamma, p.gamma_u * float(problem.task.square[V:].max()))
    return {
        **measure(problem, recurred(problem)),
        "weak_ceiling": weak_ceiling(gamma, p.weak_norm**2),
        "valid": (p.noise == "orthogonalised" or p.noise_norm == 0.0) and largest < PERIOD_TWO,
    }


def recurred(problem: Problem) -> Run:
    """The run of the groups of the row's initial weights."""
    task, n = problem.task, len(problem.task.side)
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, n)))
    set_groups(problem.patches @ problem.weights.T, task, groups)
    start, end = groups.strong[0].copy(), groups.strong[0].copy()
    ledger, courses = empty_ledger(), empty_courses(len(task.record_at))
    failed_at = recur(groups, end, task, ledger, courses)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = 0.5 * np.log(end / start)
    return Run(courses, ledger, growth, failed_at)
