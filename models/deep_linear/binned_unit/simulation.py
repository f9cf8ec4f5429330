"""Samples counted in bins."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows


def information(row: Row) -> float:
    """Entropy of the counts of one row."""
    p = row.p
    x = p.weight * row.normal("inputs", p.n_samples)
    width = 2.0 / p.n_bins
    if p.activation == "tanh":
        at = np.minimum(np.floor((np.tanh(x) + 1.0) / width), p.n_bins - 1)
    else:
        at = np.floor((np.maximum(x, 0.0) if p.activation == "relu" else x) / width)
    _, counts = np.unique(at, return_counts=True)
    share = counts / p.n_samples
    return float(-np.sum(share * np.log(share)))


def simulate(batch: Batch) -> Rows:
    """Every row."""
    return {"information": np.array([information(row) for row in batch.rows()])}
