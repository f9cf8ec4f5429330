"""Deletion by the leave-one-out identity, and what its approximations leave; exact, derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.deletion.problem import data

Array = npt.NDArray[np.float64]

ROUNDING = 1e-8  # relative, beyond which identities and fits may differ


def predict(batch: Batch) -> Rows:
    """Every observable from leverages and residuals, for the row's own data; valid where the fits
    keep their digits.
    """
    with np.errstate(all="ignore"):
        return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p = row.p
    given = data(p, row.batch.words("data")[row.index][None])
    x, y, chosen = given.x[0], given.y[0], given.chosen
    fitted = np.delete(np.arange(len(y)), chosen) if given.new else np.arange(len(y))
    gram = x[fitted].T @ x[fitted] + p.ridge * np.eye(p.dimension)
    a = np.linalg.inv(gram)
    w, rows = a @ x[fitted].T @ y[fitted], x[chosen]
    residuals, leverage = y[chosen] - rows @ w, rows @ a @ rows.T
    own = -leverage if given.new else leverage
    move, off = moves(p, a @ rows.T, rows, own, residuals)
    return {
        "leverage": np.diag(leverage).mean(),
        "relative_error": np.linalg.norm(off) / np.linalg.norm(move),
        "leftover": np.linalg.norm(rows @ off),
        "amplification": np.mean(1.0 / (1.0 - np.diag(own))),
        "valid": kept(a, gram, own, w, move, rows),
    }


def moves(p: Any, pulls: Array, rows: Array, own: Array, residuals: Array) -> tuple[Array, Array]:
    """Move of the fit (d,), up to its sign, and the part of it that the method misses.

    A X_S'(1 - L)^-1 e, and of it L^k; L < 0 of rows that are added.
    """
    amplified = np.linalg.solve(np.eye(len(own)) - own, residuals)
    move = pulls @ amplified
    if p.method == "retrain":
        return move, np.zeros_like(move)
    if p.method == "ascent":
        along = rows.T @ residuals
        return move, move - along * (along @ move) / (along @ along)
    steps = p.iterations if p.method == "iterated" else 1
    return move, pulls @ np.linalg.matrix_power(own, steps) @ amplified


def kept(a: Array, gram: Array, own: Array, w: Array, move: Array, rows: Array) -> bool:
    """Whether rounding, eps times the conditions of both fits, is below ROUNDING of the move."""
    left = float(1.0 / np.linalg.norm(np.linalg.inv(np.eye(len(own)) - own), 2))
    condition = np.linalg.norm(a, 2) * np.linalg.norm(gram, 2) / min(left, 1.0)
    size, length = np.linalg.norm(w) + np.linalg.norm(move), np.linalg.norm(rows)
    error = np.finfo(float).eps * condition * size
    return bool(error < ROUNDING * np.linalg.norm(move) and error * length < ROUNDING)
