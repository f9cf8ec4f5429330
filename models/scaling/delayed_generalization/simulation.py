"""Delayed generalization simulated: a data set's covariance, and the flow in its eigenvectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.delayed_generalization.measures import accuracy
from toysim.records import ended

Array = npt.NDArray[np.float64]


def covariance_eigenvalues(x: Array) -> Array:
    """Eigenvalues of X'X/N that need not be zero, (min(N, d),), from the smaller Gram matrix."""
    n_samples, n_features = x.shape
    gram = x.T @ x if n_features <= n_samples else x @ x.T
    return np.asarray(np.maximum(np.linalg.eigvalsh(gram) / n_samples, 0.0))


def measured(row: Row) -> Rows:
    """Losses (R,) of one data set, as means over the teacher's direction; accuracies of these."""
    p = row.p
    x = covariance_eigenvalues(row.normal("inputs", p.n_samples, p.n_features))
    left = np.exp(-2.0 * row.record_at[:, None] * x)
    unseen = 1.0 - len(x) / p.n_features
    train = np.sum(x * left, axis=1) / p.n_features
    test = np.sum(left, axis=1) / p.n_features + unseen
    return {
        "train_loss": train,
        "test_loss": test,
        "train_accuracy": accuracy(train, p.tolerance),
        "test_accuracy": accuracy(test, p.tolerance),
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([measured(row) for row in batch.rows()]) | ended(np.full(len(batch), -1))
