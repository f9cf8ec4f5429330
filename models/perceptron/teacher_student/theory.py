"""Replica-symmetric saddle points of a binary student with a binary teacher."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.rows import stacked
from toysim.models.perceptron.saddle import NAN, Array, judged, solve
from toysim.models.perceptron.solver_outputs import BOUNDARY, FROZEN, HIGH, LOW, OK


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
    """The saddle point that iteration from overlap 0 (``start``) leads to; FROZEN, and NaN, where
    it leads to 1.
    """
    inverse = np.inf if temperature == 0.0 else 1.0 / temperature
    wrong = float(np.exp(-inverse))

    def update(x: Array) -> Array:
        square, cross, *_ = teacher_patterns(x[0], x[1], wrong, step)
        r, q, *_ = site_averages(alpha * square, alpha * cross, step)
        return np.array([q, r])

    found = solve(update, np.array([start, start]))
    if found.status == FROZEN:
        return StudentSaddle(iterations=found.evaluations)
    q, r = found.overlaps.tolist()
    square, cross, slope, log_mean, errors = teacher_patterns(q, r, wrong, step)
    _, _, spread, sites = site_averages(alpha * square, alpha * cross, step)
    free_entropy = -0.5 * alpha * square * (1.0 - q) - r * alpha * cross + sites + alpha * log_mean
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
    columns = (batch[name].tolist() for name in ("alpha", "temperature", "branch"))
    rows = stacked([_row(*values) for values in zip(*columns, strict=True)])
    status = rows["solver_status"]
    return {**rows, "valid": (status == OK) | (status == BOUNDARY)}


def _row(alpha: float, temperature: float, branch: str) -> dict[str, object]:
    low = low_saddle(alpha, temperature)
    branches = (low, TEACHER)
    free_entropy = [saddle.free_entropy for saddle in branches]
    present = [not np.isnan(low.overlap), alpha > 0.0]
    if branch == "equilibrium":
        chosen = LOW if free_entropy[LOW] >= free_entropy[HIGH] else HIGH
    else:
        chosen = LOW if branch == "low" else HIGH
    saddle = branches[chosen]
    r, q = saddle.overlap, saddle.self_overlap
    return {
        **saddle._asdict(),
        "error": np.arccos(min(r, 1.0)) / np.pi,
        "bayes_error": np.arccos(min(r / np.sqrt(q), 1.0)) / np.pi if q > 0.0 else 0.5 + 0.0 * q,
        "iterations": low.iterations,
        "chosen_branch": chosen,
        "branch_present": present,
        "branch_overlap": [low.overlap, TEACHER.overlap],
        "branch_free_entropy": free_entropy,
    }
