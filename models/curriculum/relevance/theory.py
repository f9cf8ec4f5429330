"""Exact means of the order parameters, and the test errors' means to order 1/d."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.curriculum.relevance.control import SEGMENTS, constants, is_optimal, slopes
from toysim.models.curriculum.relevance.fluctuations import PARTS, integrate
from toysim.models.curriculum.relevance.limits import largest_valid_rate, rate_limit
from toysim.models.curriculum.relevance.measures import error, errors
from toysim.models.curriculum.relevance.recursion import means
from toysim.models.curriculum.relevance.shares import shares

Array = npt.NDArray[np.float64]

STEPS = 800  # of the limit's course, at least
FINE = 0.02  # its largest step in eta Delta alpha
MOST_STEPS = 20_000  # where it would take more, nothing is said of the errors
SMALLEST_DIMENSION, LEAST_SHARE = 20, 0.05  # of the errors' expansion in 1/d


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p, h, at = row.p, shares(row.p), row.record_at
    inputs = np.array([p.n_relevant, p.n_irrelevant], float)
    start = np.array([0.0, p.start_relevant, p.start_irrelevant])
    variances = np.array([p.easy_variance, p.hard_variance])
    exact = np.empty((3, len(at)))
    means(h, inputs, variances, p.learning_rate, start, at, exact)
    limit = np.full((PARTS, len(at)), np.nan)
    told = np.array([p.learning_rate, p.n_relevant / p.dimension, *variances])
    step = _updates_a_step(p)
    if p.n_updates <= MOST_STEPS * step:
        integrate(h, float(p.dimension), told, step, start, at, limit)
    return {
        "overlap": exact[0],
        "relevant_norm": exact[1],
        "irrelevant_norm": exact[2],
        **errors(p, partial(_mean_error, p, exact, limit)),
        "share_shown": np.asarray(h.mean() if len(h) else np.nan),
        "error_limit": error(limit[0], limit[1], limit[2], p.test_variance),
        "rate_limit": np.asarray(rate_limit(p)),
        "easy_first_is_optimal": np.asarray(float(is_optimal(p, True))),
        "hard_first_is_optimal": np.asarray(float(is_optimal(p, False))),
        "switching_function": _switching(p, h, at),
        "valid": np.asarray(p.learning_rate <= largest_valid_rate(p)),
    }


def _updates_a_step(p: Any) -> int:
    """So that neither of the two bounds on a step is passed."""
    longest = FINE * p.dimension / (p.learning_rate * max(1.0, p.hard_variance))
    return max(1, int(min(longest, p.n_updates / STEPS)))


def _mean_error(p: Any, exact: Array, limit: Array, variance: float) -> Array:
    """The error at the exact means and its curvature times the fluctuations, tr(H C)/(2 d)."""
    plain = error(exact[0], exact[1], exact[2], variance)
    share = p.n_relevant / p.dimension
    if p.dimension < SMALLEST_DIMENSION or not LEAST_SHARE <= share <= 1.0 - LEAST_SHARE:
        return np.full_like(plain, np.nan)
    C = limit[3:].reshape(3, 3, -1)
    by_rr, by_rn, by_nn = curvature(exact[0], exact[1] + variance * exact[2])
    with np.errstate(over="ignore", invalid="ignore"):
        spread = by_rr * C[0, 0] + 2.0 * by_rn * (C[0, 1] + variance * C[0, 2])
        spread += by_nn * (C[1, 1] + 2.0 * variance * C[1, 2] + variance**2 * C[2, 2])
    return np.where(exact[0] == 0.0, plain, plain + spread / (2.0 * p.dimension))


def curvature(R: Array, N: Array) -> tuple[Array, Array, Array]:
    """Second derivatives of arccos(R/sqrt(N))/pi by R R, R N, N N."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        D = N - R * R
        by_rr, by_rn = -R / D**1.5, 0.5 / D**1.5
        by_nn = -R * (2.0 * D + N) / (4.0 * N * N * D**1.5)
    return by_rr / np.pi, by_rn / np.pi, by_nn / np.pi


def _switching(p: Any, h: Array, at: Array) -> Array:
    """phi at the records, of the segment that ends there."""
    T = len(h)
    if T == 0:
        return np.full(len(at), np.nan)
    shown = np.interp(np.linspace(0, T, SEGMENTS + 1), np.arange(T + 1), np.append(0.0, h.cumsum()))
    phi = np.empty(SEGMENTS)
    slopes(np.diff(shown) * SEGMENTS / T, constants(p), phi)
    return np.asarray(phi[np.maximum(at * SEGMENTS // T - 1, 0)])
