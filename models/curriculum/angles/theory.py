"""Exact mean squares of error and gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.curriculum.angles.problem import concentrations, mean_loss

Array = npt.NDArray[np.float64]

ROOM = 2.0  # times the learning rate at which the mean squares must contract
LEFT = 0.2  # of the loss


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


@np.errstate(over="ignore", invalid="ignore")  # of rows that diverge, and are not valid
def _row(row: Row) -> Rows:
    p, c, at = row.p, concentrations(row), row.record_at
    A, b = update_maps(c, p, p.learning_rate)
    course = np.empty((len(c) + 1, 2))
    course[0] = p.start_along, p.start_across
    for t in range(len(c)):
        course[t + 1] = A[t] @ course[t] + b[t]
    P, Q = course.T
    loss, updated = mean_loss(c, p.dim, P, Q), np.minimum(at, len(c) - 1)
    below = loss <= LEFT * loss[0]
    stable = np.abs(np.linalg.eigvals(update_maps(c, p, ROOM * p.learning_rate)[0])).max() <= 1.0
    found = {
        "gradient_square": gradient_square(c[updated], p, P[updated], Q[updated]),
        "along": P[at],
        "across": Q[at],
        "loss": loss[at],
        "steps_to_80_percent": float(np.argmax(below)) if below.any() else np.nan,
        "valid": stable,
    }
    return {name: np.asarray(value) for name, value in found.items()}


def gradient_square(c: Array, p: Any, P: Array, Q: Array) -> Array:
    """[c p^2 (1 + 4s) + q s (1 + 2s) + n2]/m + (1 - 1/m)[(c + s)^2 p^2 + s^2 q_perp]; the identity
    of arXiv:2506.02281 averaged, derived.
    """
    s, m = (1.0 - c) / p.dim, p.n_tokens
    alone = c * P * (1.0 + 4.0 * s) + (P + Q) * s * (1.0 + 2.0 * s) + p.noise_variance
    return np.asarray(alone / m + (1.0 - 1.0 / m) * ((c + s) ** 2 * P + s * s * Q))


def update_maps(c: Array, p: Any, eta: float) -> tuple[Array, Array]:
    """(P, Q) <- A (P, Q) + b of every update: A (T, 2, 2), b (T, 2)."""
    d, m, n2 = p.dim, p.n_tokens, p.noise_variance
    s = (1.0 - c) / d
    along, many, square = c + s, 1.0 - 1.0 / m, eta * eta
    A, b = np.empty((len(c), 2, 2)), np.empty((len(c), 2))
    own = (c * c + 6.0 * c * s + 3.0 * s * s) / m + many * along**2
    A[:, 0, 0] = 1.0 - 2.0 * eta * along + square * own
    A[:, 0, 1] = square * along * s / m
    A[:, 1, 0] = square * s * (d - 1.0) * along / m
    A[:, 1, 1] = 1.0 - 2.0 * eta * s + square * s * s * ((d + 1.0) / m + many)
    b[:, 0], b[:, 1] = square * n2 * along / m, square * n2 * s * (d - 1.0) / m
    return A, b
