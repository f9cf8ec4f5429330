"""Replica-symmetric saddle points of the second of two tasks on binary weights, coupled to a
solution of the first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.rows import stacked
from toysim.models.perceptron.saddle import NAN, Array, judged, solve
from toysim.models.perceptron.solver_outputs import BOUNDARY, FROZEN, HIGH, LOW, OK
from toysim.models.perceptron.teacher_student.theory import equilibrium


class CoupledSaddle(NamedTuple):
    """Order parameters and observables of a saddle point of the second task, NaN where there is
    none.
    """

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
    square: float, cross: float, x: float, r_first: float, r0: float, step: float = STEP
) -> Sites:
    """Averages at conjugates q^ = square and r^ = cross; the field of (B, J) is that of (-B, -J)
    reversed.

    So the two signs of BJ are all there is: A = sqrt(q^) z + r^ + x BJ, with B = 1 in front of the
    odd averages.
    """
    total = np.zeros(6)
    for sign in (1.0, -1.0):
        odd, even, spread, entropy = site_averages(square, cross + sign * x, step)
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
    """The saddle point that iteration from overlap 0 leads to; FROZEN, and NaN, where it leads to
    teacher 2.
    """

    def update(y: Array) -> Array:
        square, cross, *_ = teacher_patterns(y[0], y[1], 0.0, step)
        found = sites(alpha * square, alpha * cross, x, r_first, r0, step)
        return np.array([found.q, found.r])

    found = solve(update, np.zeros(2))
    if found.status == FROZEN:
        return CoupledSaddle(iterations=found.evaluations)
    q, r = found.overlaps.tolist()
    square, cross, slope, log_mean, _ = teacher_patterns(q, r, 0.0, step)
    at = sites(alpha * square, alpha * cross, x, r_first, r0, step)
    free_entropy = (
        -0.5 * alpha * square * (1.0 - q) - r * alpha * cross + at.entropy + alpha * log_mean
    )
    entropy, stability = free_entropy - x * at.v, alpha * slope * at.spread
    how = (found.residual, found.evaluations, stability, judged(found, stability, entropy))
    return CoupledSaddle(at.v, q, r, at.r_first, free_entropy, entropy, *how)


def second_teacher(x: float, r_first: float, r0: float) -> CoupledSaddle:
    """w = teacher 2: no entropy, overlap R1 r0 with the reference."""
    v = r_first * r0
    return CoupledSaddle(v, 1.0, 1.0, r0, x * v, 0.0, 0.0, 0, 0.0, BOUNDARY)


def predict(batch: Batch) -> Rows:
    """The saddle point of larger free entropy, and both of them along ``saddle``; valid where it is
    stable.
    """
    columns = (batch[name].tolist() for name in ("alpha_1", "alpha_2", "coupling", "task_overlap"))
    rows = stacked([_row(*values) for values in zip(*columns, strict=True)])
    for task in (1, 2):
        rows[f"error_{task}"] = np.arccos(np.clip(rows[f"overlap_{task}"], -1.0, 1.0)) / np.pi
    status = rows["solver_status"]
    return {**rows, "valid": (status == OK) | (status == BOUNDARY)}


def _row(alpha_1: float, alpha_2: float, x: float, r0: float) -> dict[str, object]:
    r_first = equilibrium(alpha_1).overlap
    branches = (low_saddle(alpha_2, x, r_first, r0), second_teacher(x, r_first, r0))
    chosen = LOW if branches[LOW].free_entropy >= branches[HIGH].free_entropy else HIGH
    return {
        **branches[chosen]._asdict(),
        "iterations": branches[LOW].iterations,
        "chosen_branch": chosen,
        "branch_present": [not np.isnan(branches[LOW].overlap_2), alpha_2 > 0.0],
        "branch_overlap": [saddle.overlap_2 for saddle in branches],
        "branch_free_entropy": [saddle.free_entropy for saddle in branches],
    }
