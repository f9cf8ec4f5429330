"""The fit with repeated rows simulated: rows are drawn, and the covariance is diagonalised."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]

MOST_NUMBERS = 2 * 10**7  # of the rows; larger ones are for theory alone


def n_rows(p: Any) -> Any:
    """Rows that are drawn."""
    return p.n_repeated + np.where(p.method == "stream", 0, p.n_unique)


def weights(p: Any) -> tuple[Array, float]:
    """Weight (rows,) of each row, and what the identity adds to the covariance."""
    repeated = np.full(p.n_repeated, p.repeats)
    if p.method == "stream":
        return np.full(p.n_repeated, p.fraction / max(p.n_repeated, 1)), 1.0 - p.fraction
    rows = np.append(np.ones(p.n_unique), repeated)
    return (rows, p.penalty) if p.method == "ridge" else (rows / rows.sum(), 0.0)


def filters(p: Any, t: Array, x: Array) -> tuple[Array, Array]:
    """What is left of the teacher, and what is learned of the noise, (R, d), at eigenvalues x of
    the matrix: e^-tx and (1 - e^-tx)/x, or lambda/x and 1/x for ridge, whose x holds lambda.
    """
    if p.method == "ridge":
        return np.tile(p.penalty / x, (len(t), 1)), np.tile(1.0 / x, (len(t), 1))
    tx = t[:, None] * x
    return np.exp(-tx), t[:, None] * np.where(tx > 0, -np.expm1(-tx) / np.where(tx > 0, tx, 1), 1)


def measured(row: Row) -> Rows:
    """Risk (R,) of one draw of the rows, as its mean over teachers and labels' noise."""
    p, t = row.p, row.record_at
    if n_rows(p) * p.n_features > MOST_NUMBERS:
        nothing = np.full(len(t), np.nan)
        return {"risk": nothing, "bias": nothing, "variance": nothing}
    v, identity = weights(p)
    x = row.normal("rows", len(v), p.n_features)
    weighted = v[:, None] * x
    values, vectors = np.linalg.eigh(x.T @ weighted)
    noise = np.sum((weighted @ vectors) ** 2, axis=0)
    left, learned = filters(p, t, np.maximum(values, 0.0) + identity)
    bias = p.signal_norm * np.mean(left**2, axis=1)
    variance = p.label_noise * (learned**2 @ noise)
    return {"risk": bias + variance, "bias": bias, "variance": variance}


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; the status says which were too large."""
    too_large = n_rows(batch) * batch["n_features"] > MOST_NUMBERS
    stopped = ended(np.where(too_large, 0, -1), Status.STEP_BUDGET)
    return stacked([measured(row) for row in batch.rows()]) | stopped
