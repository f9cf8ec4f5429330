"""Replica-symmetric saddle points of a second task on binary weights, coupled to the first's.

Derived, after arXiv:2212.02846; see the model's equations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.continual_binary.parameters import ContinualBinaryParameters
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.replica.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.replica.saddle import NAN, Array, judged, solve
from toysim.models.perceptron.replica.solver_outputs import BOUNDARY, FROZEN, HIGH, LOW, OK
from toysim.models.perceptron.teacher_student.theory import equilibrium


class CoupledSaddle(NamedTuple):
    """Order parameters and observables of a saddle point of task 2, NaN where there is none."""

    cross_overlap: float = NAN
    self_overlap: float = NAN
    overlap_2: float = NAN
    overlap_1: float = NAN
    free_entropy: float = NAN
    entropy: float = NAN
    residual: float = NAN
    iterations: int = 0
    stability: float = NAN
    solver_status: int = FROZEN


class Sites(NamedTuple):
    """Averages over a weight, over the teachers' relative sign B and the reference's sign J."""

    q: float
    r: float
    v: float
    r_first: float
    entropy: float
    spread: float


def sites(
    q_hat: float, r_hat: float, x: float, r_first: float, r0: float, step: float = STEP
) -> Sites:
    """Averages at conjugates q^ and r^; the field of (B, J) is that of (-B, -J) reversed.

    So the two signs of BJ are all there is: A = sqrt(q^) z + r^ + x BJ, with B = 1 in front of the
    odd averages.
    """
    total = np.zeros(6)
    for sign in (1.0, -1.0):
        odd, even, spread, entropy = site_averages(q_hat, r_hat + sign * x, step)
        plus = 0.25 * (1.0 + r0) * (1.0 + sign * r_first)  # P(B = 1, J = sign)
        minus = 0.25 * (1.0 - r0) * (1.0 - sign * r_first)  # P(B = -1, J = -sign)
        share = plus + minus
        total += [
            share * even,
            share * odd,
            share * sign * odd,
            (plus - minus) * odd,
            share * entropy,
            share * spread,
        ]
    return Sites(*total.tolist())


def low_saddle(
    alpha: float, x: float, r_first: float, r0: float, step: float = STEP
) -> CoupledSaddle:
    """The saddle point reached from overlap 0; FROZEN, and NaN, where that is teacher 2."""

    def update(y: Array) -> Array:
        q_hat, r_hat, *_ = teacher_patterns(y[0], y[1], 0.0, step)
        found = sites(alpha * q_hat, alpha * r_hat, x, r_first, r0, step)
        return np.array([found.q, found.r])

    found = solve(update, np.zeros(2))
    if found.status == FROZEN:
        return CoupledSaddle(iterations=found.evaluations)
    q, r = found.overlaps.tolist()
    q_hat, r_hat, slope, log_mean, _ = teacher_patterns(q, r, 0.0, step)
    at = sites(alpha * q_hat, alpha * r_hat, x, r_first, r0, step)
    free_entropy = (
        -0.5 * alpha * q_hat * (1.0 - q) - r * alpha * r_hat + at.entropy + alpha * log_mean
    )
    entropy, stability = free_entropy - x * at.v, alpha * slope * at.spread
    how = (found.residual, found.evaluations, stability, judged(found, stability, entropy))
    return CoupledSaddle(at.v, q, r, at.r_first, free_entropy, entropy, *how)


def second_teacher(x: float, r_first: float, r0: float) -> CoupledSaddle:
    """w = teacher 2: no entropy, overlap R1 r0 with the reference."""
    v = r_first * r0
    return CoupledSaddle(v, 1.0, 1.0, r0, x * v, 0.0, 0.0, 0, 0.0, BOUNDARY)


def predict(batch: Batch) -> Rows:
    """The saddle point of larger free entropy, and both along ``saddle``; valid where stable."""
    rows = stacked([_row(row.p) for row in batch.rows()])
    status = rows["solver_status"]
    return rows | {"valid": (status == OK) | (status == BOUNDARY)}


def _row(p: ContinualBinaryParameters) -> dict[str, object]:
    x, r0 = p.coupling, p.task_overlap
    r_first = equilibrium(p.alpha_1).overlap
    branches = (low_saddle(p.alpha_2, x, r_first, r0), second_teacher(x, r_first, r0))
    chosen = LOW if branches[LOW].free_entropy >= branches[HIGH].free_entropy else HIGH
    saddle = branches[chosen]
    return {
        **saddle._asdict(),
        "error_1": angle(saddle.overlap_1),
        "error_2": angle(saddle.overlap_2),
        "iterations": branches[LOW].iterations,
        "chosen_branch": chosen,
        "branch_present": [not np.isnan(branches[LOW].overlap_2), p.alpha_2 > 0.0],
        "branch_overlap": [found.overlap_2 for found in branches],
        "branch_free_entropy": [found.free_entropy for found in branches],
    }
