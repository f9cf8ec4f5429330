"""The group recursion of a batch, from each row's own draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.models.oscillation.feature_noise.measures import Run, measure
from toysim.models.oscillation.feature_noise.problem import NOISE, Problem, problem_of
from toysim.models.oscillation.feature_noise.recursion import recur
from toysim.models.oscillation.feature_noise.regimes import strong_share, weak_ceiling
from toysim.models.oscillation.feature_noise.state import (
    Groups,
    empty_courses,
    empty_ledger,
    set_groups,
)
from toysim.models.oscillation.twins import NUDGE, TOGETHER, distance

Array = npt.NDArray[np.float64]

# Patches are orthogonal but for rounding: of a move along one, 1e-17 goes to the others in every
# update. A twin shows it up to squares of LEAKING.
LEAK, LEAKING = 1e-16, 1e8


def predict(batch: Batch) -> Rows:
    """Every observable but the accuracies, row by row.

    The recursion is exact where all patches are orthogonal. Valid there, as long as rounding leaves
    digits, seen from a twin that starts NUDGE larger, and off by what leaks between noise patches:
    errors grow where the joint motion of the features and noise patches is chaotic, whatever the
    step of each. The others are runs among others that start a rounding error apart: good for means
    over replicas, not for a row.
    """
    return stacked([_row(problem_of(row)) for row in batch.rows()])


def _row(problem: Problem) -> dict[str, Any]:
    p = problem.parameters
    run = recurred(problem, overlaps(problem))
    rows = _known(p, measure(problem, run))
    exact = run.failed_at < 0 and _orthogonal(problem.patches) and _largest_square(run) < LEAKING
    apart = _twin_distance(problem, rows) if exact else math.nan
    return {
        **rows,
        "weak_ceiling": weak_ceiling(p.gamma_u * strong_share(p), p.weak_norm**2),
        "twin_distance": apart,
        "valid": apart < TOGETHER,
    }


def _orthogonal(patches: Array) -> bool:
    """But for rounding, by their angles; patches of no length are."""
    lengths = np.linalg.norm(patches, axis=1, keepdims=True)
    directions = patches / np.where(lengths > 0.0, lengths, 1.0)
    cosines = directions @ directions.T
    return bool(np.max(np.abs(np.triu(cosines, 1))) < 1e-14)


def _largest_square(run: Run) -> float:
    """Of overlaps at the records, and of residuals on the way."""
    courses = run.courses
    squares = (courses.strong, courses.weak, courses.noise, run.ledger.powers[1])
    return max(float(np.max(a)) for a in squares)


def _known(p: Any, rows: dict[str, Any]) -> dict[str, Any]:
    """No slack where a growth that rounds in every update is divided by a tiny gamma_u."""
    if 1e-16 * p.n_steps / p.gamma_u < 1e-10:
        return rows
    return {**rows, "accumulation_slack": np.full(2, np.nan)}


def _twin_distance(problem: Problem, rows: dict[str, Any]) -> float:
    """From a twin whose filters start NUDGE larger, by sign +, or smaller: that also shows where
    outputs are small differences of the two.

    Once outputs are of order 1, weights along a noise patch are of order 1 over its length, and
    leak into the other patches: a twin starts off by that too, all there may be of a tiny start.
    """
    nudge = np.repeat([NUDGE, -NUDGE], problem.parameters.n_filters)
    start, lengths = overlaps(problem) * (1.0 + nudge), np.sqrt(problem.task.square[NOISE:])
    start[NOISE:] += LEAK * (lengths / np.min(lengths[lengths > 0.0], initial=np.inf))[:, None]
    return distance(rows, _known(problem.parameters, measure(problem, recurred(problem, start))))


def overlaps(problem: Problem) -> Array:
    """Of the patches with the initial weights, (n+2, 2m)."""
    return np.asarray(problem.patches @ problem.weights.T)


def recurred(problem: Problem, start: Array) -> Run:
    """The run of the groups of the overlaps ``start`` (n+2, 2m)."""
    task, n = problem.task, len(problem.task.side)
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, n)))
    set_groups(start, task, groups)
    before, after = groups.strong[0].copy(), groups.strong[0].copy()
    ledger, courses = empty_ledger(), empty_courses(len(task.record_at))
    failed_at = recur(groups, after, task, ledger, courses)
    with np.errstate(all="ignore"):  # of nothing, or of a run that blew up
        growth = 0.5 * np.log(after / before)
    return Run(courses, ledger, growth, failed_at)
