"""The group recursion of a batch, from each row's own draws."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.oscillation.feature_noise.measures import Run, measure
from toysim.models.oscillation.feature_noise.problem import Problem, problem_of
from toysim.models.oscillation.feature_noise.recursion import recur
from toysim.models.oscillation.feature_noise.regimes import strong_share, weak_ceiling
from toysim.models.oscillation.feature_noise.state import (
    Groups,
    empty_courses,
    empty_ledger,
    set_groups,
)
from toysim.models.oscillation.twins import NUDGE, TOGETHER, distance


def predict(batch: Batch) -> Rows:
    """Every observable but the accuracies, row by row.

    The recursion is exact where all patches are orthogonal. Valid there, as long as rounding leaves
    digits, seen from a twin that starts NUDGE larger: errors grow where the joint motion of the
    features and noise patches is chaotic, whatever the step of each. Valid rows part by at most a
    ninth of the tolerance (measured at noise of .5 to .8 and steps of 1.1 to 1.23). The others are
    runs among others that start a rounding error apart: good for means over replicas, not for a
    row.
    """
    return stacked([_row(problem_of(row)) for row in batch.rows()])


def _row(problem: Problem) -> dict[str, Any]:
    p = problem.parameters
    run = recurred(problem)
    rows = measure(problem, run)
    exact = run.failed_at < 0 and (p.noise == "orthogonalised" or p.noise_norm == 0.0)
    apart = _twin_distance(problem, rows) if exact else math.nan
    return {
        **rows,
        "weak_ceiling": weak_ceiling(p.gamma_u * strong_share(p), p.weak_norm**2),
        "twin_distance": apart,
        "valid": apart < TOGETHER,
    }


def _twin_distance(problem: Problem, rows: dict[str, Any]) -> float:
    larger = replace(problem, weights=problem.weights * (1.0 + NUDGE))
    return distance(rows, measure(larger, recurred(larger)))


def recurred(problem: Problem) -> Run:
    """The run of the groups of the row's initial weights."""
    task, n = problem.task, len(problem.task.side)
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, n)))
    set_groups(problem.patches @ problem.weights.T, task, groups)
    start, end = groups.strong[0].copy(), groups.strong[0].copy()
    ledger, courses = empty_ledger(), empty_courses(len(task.record_at))
    failed_at = recur(groups, end, task, ledger, courses)
    with np.errstate(all="ignore"):  # of nothing, or of a run that blew up
        growth = 0.5 * np.log(end / start)
    return Run(courses, ledger, growth, failed_at)
