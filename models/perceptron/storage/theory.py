"""Replica-symmetric saddle point of the storage problem (Krauth and Mezard 1989; derived)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.replica.averages import STEP, site_averages, storage_patterns
from toysim.models.perceptron.replica.saddle import (
    GOING,
    NAN,
    Array,
    advance,
    begin,
    judged,
)
from toysim.models.perceptron.replica.solver_outputs import OK


class StorageSaddle(NamedTuple):
    """Order parameters and observables of a saddle point, NaN where there is none."""

    overlap: float
    q_hat: float
    reference_overlap: float
    entropy: float
    free_entropy: float
    residual: float
    iterations: float
    stability: float
    solver_status: float


@kernel
def saddle(alpha: float, margin: float, field: float, step: float) -> StorageSaddle:
    """The saddle point at a load, margin and field along a random reference.

    q -> q^ = alpha <f^2> -> q = <tanh^2>, from q at load 0.
    """
    search, status = begin(np.full(1, math.tanh(field) ** 2)), GOING
    new, slopes = np.empty(1), np.empty((1, 1))
    while status == GOING:
        patterns = storage_patterns(search.x[0], margin, step)
        sites = site_averages(alpha * patterns.q_hat, field, step)
        new[0] = sites.second
        slopes[0, 0] = sites.second_by_variance * alpha * patterns.q_hat_by_q
        status = advance(search, new, slopes)
    q, evaluations = search.x[0], float(search.counts[0])
    if not math.isfinite(q):
        return StorageSaddle(NAN, NAN, NAN, NAN, NAN, NAN, evaluations, NAN, float(status))
    patterns = storage_patterns(q, margin, step)
    q_hat = alpha * patterns.q_hat
    sites = site_averages(q_hat, field, step)
    p = sites.first
    free_entropy = -0.5 * q_hat * (1.0 - q) + sites.entropy + alpha * patterns.log_mean
    entropy, stability = free_entropy - field * p, alpha * patterns.slope * sites.spread
    status = judged(status, stability, entropy)
    return StorageSaddle(
        q,
        q_hat,
        p,
        entropy,
        free_entropy,
        search.residual[0],
        evaluations,
        stability,
        float(status),
    )


@borrowing
def saddles(alpha: Array, margin: Array, field: Array, step: float, found: Array) -> None:
    """The saddle point of every row, (rows, fields)."""
    for i in range(len(alpha)):
        for k, value in enumerate(saddle(alpha[i], margin[i], field[i], step)):
            found[i, k] = value


def storage_saddle(
    alpha: float, margin: float = 0.0, field: float = 0.0, step: float = STEP
) -> StorageSaddle:
    """The saddle point of one load; ``step`` is that of the quadrature."""
    return saddle(float(alpha), float(margin), float(field), step)


def predict(batch: Batch) -> Rows:
    """Saddle point of every row, valid below capacity, for random patterns; beyond it entropies
    are negative.
    """
    found = np.empty((len(batch), len(StorageSaddle._fields)))
    saddles(batch["alpha"], batch["margin"], batch["field"], STEP, found)
    rows = dict(zip(StorageSaddle._fields, found.T, strict=True))
    return rows | {
        "solver_status": rows["solver_status"].astype(np.int8),
        "distance": 0.5 * (1.0 - rows["reference_overlap"]),
        "valid": (rows["solver_status"] == OK) & drawn(batch, "patterns"),
    }
