"""Replica-symmetric saddle points of a binary student with a binary teacher (Gyorgyi 1990)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.replica.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.replica.saddle import NAN, Array, judged, solve
from toysim.models.perceptron.replica.solver_outputs import BOUNDARY, FROZEN, HIGH, LOW, OK
from toysim.models.perceptron.teacher_student.measures import bayes_error
from toysim.models.perceptron.teacher_student.parameters import TeacherStudentParameters


class StudentSaddle(NamedTuple):
    """Order parameters and observables of a saddle point, NaN where there is none."""

    overlap: float = NAN
    self_overlap: float = NAN
    free_entropy: float = NAN
    entropy: float = NAN
    residual: float = NAN
    iterations: int = 0
    stability: float = NAN
    solver_status: int = FROZEN


# The teacher itself: no error, no entropy, at any load and temperature.
TEACHER = StudentSaddle(1.0, 1.0, 0.0, 0.0, 0.0, 0, 0.0, BOUNDARY)


def low_saddle(
    alpha: float, temperature: float = 0.0, step: float = STEP, start: float = 0.0
) -> StudentSaddle:
    """The saddle point reached from overlap 0 (``start``); FROZEN, and NaN, where that is 1."""
    inverse = np.inf if temperature == 0.0 else 1.0 / temperature
    wrong = float(np.exp(-inverse))

    def update(x: Array) -> Array:
        q_hat, r_hat, *_ = teacher_patterns(x[0], x[1], wrong, step)
        r, q, *_ = site_averages(alpha * q_hat, alpha * r_hat, step)
        return np.array([q, r])

    found = solve(update, np.array([start, start]))
    if found.status == FROZEN:
        return StudentSaddle(iterations=found.evaluations)
    q, r = found.overlaps.tolist()
    q_hat, r_hat, slope, log_mean, errors = teacher_patterns(q, r, wrong, step)
    _, _, spread, sites = site_averages(alpha * q_hat, alpha * r_hat, step)
    free_entropy = -0.5 * alpha * q_hat * (1.0 - q) - r * alpha * r_hat + sites + alpha * log_mean
    entropy = free_entropy + (alpha * errors * inverse if temperature > 0.0 else 0.0)
    stability = alpha * slope * spread
    how = (found.residual, found.evaluations, stability, judged(found, stability, entropy))
    return StudentSaddle(r, q, free_entropy, entropy, *how)


def equilibrium(alpha: float) -> StudentSaddle:
    """The saddle point of larger free entropy at temperature 0."""
    low = low_saddle(alpha)
    return TEACHER if low.free_entropy < 0.0 or np.isnan(low.overlap) else low


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both of them along ``saddle``.

    Valid where it exists, is stable and has no negative entropy; a low branch of negative entropy,
    metastable beyond the transition, keeps its values.
    """
    rows = stacked([_row(row.p) for row in batch.rows()])
    status = rows["solver_status"]
    return rows | {"valid": (status == OK) | (status == BOUNDARY)}


def _row(p: TeacherStudentParameters) -> dict[str, object]:
    branches = (low_saddle(p.alpha, p.temperature), TEACHER)
    chosen = _chosen(branches, p.branch)
    saddle = branches[chosen]
    return {
        **saddle._asdict(),
        "error": angle(saddle.overlap),
        "bayes_error": bayes_error(saddle.overlap, saddle.self_overlap),
        "iterations": branches[LOW].iterations,
        "chosen_branch": chosen,
        "branch_present": [not np.isnan(branches[LOW].overlap), p.alpha > 0.0],
        "branch_overlap": [found.overlap for found in branches],
        "branch_free_entropy": [found.free_entropy for found in branches],
    }


def _chosen(branches: tuple[StudentSaddle, StudentSaddle], branch: str) -> int:
    if branch == "equilibrium":
        return LOW if branches[LOW].free_entropy >= branches[HIGH].free_entropy else HIGH
    return LOW if branch == "low" else HIGH
