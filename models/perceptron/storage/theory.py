"""Replica-symmetric saddle point of the storage problem (Krauth and Mezard 1989; derived)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.replica.averages import STEP, site_averages, storage_patterns
from toysim.models.perceptron.replica.saddle import NAN, Array, judged, solve
from toysim.models.perceptron.replica.solver_outputs import FROZEN, OK


class StorageSaddle(NamedTuple):
    """Order parameters and observables of a saddle point, NaN where there is none."""

    overlap: float = NAN
    q_hat: float = NAN
    reference_overlap: float = NAN
    entropy: float = NAN
    free_entropy: float = NAN
    residual: float = NAN
    iterations: int = 0
    stability: float = NAN
    solver_status: int = FROZEN


def storage_saddle(
    alpha: float, margin: float = 0.0, field: float = 0.0, step: float = STEP
) -> StorageSaddle:
    """The saddle point at a load, margin and field along a random reference.

    ``step`` is that of the quadrature.
    """

    def update(x: Array) -> Array:
        q_hat = alpha * storage_patterns(x[0], margin, step)[0]
        return np.array([site_averages(q_hat, field, step)[1]])

    found = solve(update, np.array([np.tanh(field) ** 2]))
    q = float(found.overlaps[0])
    if found.status == FROZEN:
        return StorageSaddle(iterations=found.evaluations)
    per_load, slope, log_mean = storage_patterns(q, margin, step)
    q_hat = alpha * per_load
    p, _, spread, sites = site_averages(q_hat, field, step)
    free_entropy = -0.5 * q_hat * (1.0 - q) + sites + alpha * log_mean
    entropy, stability = free_entropy - field * p, alpha * slope * spread
    how = (found.residual, found.evaluations, stability, judged(found, stability, entropy))
    return StorageSaddle(q, q_hat, p, entropy, free_entropy, *how)


def predict(batch: Batch) -> Rows:
    """Saddle point of every row, valid below capacity; beyond it entropies are negative."""
    found = [storage_saddle(row.p.alpha, row.p.margin, row.p.field) for row in batch.rows()]
    rows = stacked([saddle._asdict() for saddle in found])
    del rows["q_hat"]
    return rows | {
        "distance": 0.5 * (1.0 - rows["reference_overlap"]),
        "valid": rows["solver_status"] == OK,
    }
