"""Variance over orders to leading order in the step, and exact mean memorisation; derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.models.continual.sample_order.problem import Data, data

Array = npt.NDArray[np.float64]

SMALL = 2e-3  # of eta (n + |x|^2): order_square is off its leading order by up to twice this
ROUNDED = 1e-25  # of the end point's square: below, a run's rounding shows in order_square
CALM = 0.5  # of eta (d + 2): beyond, rare samples rule the means


def predict(batch: Batch) -> Rows:
    """Every observable; order_square at small steps alone, estimate_error of ``first`` alone (0),
    memorisation for fresh data of equal variances. Valid while no sample multiplies the error.
    """
    with np.errstate(all="ignore"):
        rows = zip(batch.rows(), data(batch), strict=True)
        return stacked([_row(row.p, given) for row, given in rows])


def _row(p: Any, given: Data) -> dict[str, Any]:
    alike = p.data_draw < 0 and p.spectrum == 0.0
    longest = np.max(np.sum(given.x**2, axis=1)) if p.data_draw >= 0 else p.dimension + 2.0
    small = p.learning_rate * (p.n_samples + longest) <= SMALL
    square = np.nan
    if small and p.data_draw >= 0:
        square = order_square(given, p.learning_rate)
    elif small and alike:
        square = mean_order_square(p)
    if square <= ROUNDED * (p.start_distance**2 + p.learning_rate**2 * p.noise):
        square = np.nan
    return {
        "order_square": square,
        "estimate_error": np.array([np.nan, np.nan, 0.0, np.nan, np.nan]),
        "memorisation": memorisation(p) if alike else np.full(p.n_samples, np.nan),
        "valid": bool(p.learning_rate * longest <= CALM),
    }


def order_square(given: Data, eta: float) -> float:
    """eta^4 [sum_{i < j} |k_ij|^2 + sum_i |rho_i|^2]/3 of a data set, with residuals r_i at the
    start, k_ij = x_i.x_j (r_i x_j - r_j x_i)/2.
    """
    x, r = given.x, given.x @ given.start - given.noise
    products, size = x @ x.T, np.sum(x**2, axis=1)
    pairs = products**2 * (np.outer(r**2, size) - np.outer(r, r) * products) / 2.0
    rho = (r[:, None] * (products @ x) - (products @ r)[:, None] * x) / 2.0
    return float(eta**4 * (0.5 * np.sum(pairs) + np.sum(rho**2)) / 3.0)


def mean_order_square(p: Any) -> float:
    """Its mean over normal data of unit variances."""
    n, d, s2 = p.n_samples, p.dimension, p.noise
    pairs = (d + 2.0) * ((d - 1.0) * p.start_distance**2 + d * s2) / 4.0
    return float(n * (n - 1.0) * (pairs + (n - 2.0) * d * s2 / 12.0) * p.learning_rate**4)


def memorisation(p: Any) -> Array:
    """Mean test loss less own loss at the end (n,), by position."""
    n, d, eta, s2 = p.n_samples, p.dimension, p.learning_rate, p.noise
    kept = 1.0 - 2.0 * eta + eta**2 * (d + 2.0)
    distance = np.empty(n + 1)
    distance[0] = p.start_distance**2
    for t in range(n):
        distance[t + 1] = kept * distance[t] + eta**2 * d * s2
    own = 1.0 - 2.0 * eta * (d + 2.0) + eta**2 * (d + 2.0) * (d + 4.0)
    later = np.arange(n - 1.0, -1.0, -1.0)
    told = distance[1:] - own * distance[:-1] - eta**2 * s2 * d * (d + 2.0)
    told = 0.5 * (1.0 - 2.0 * eta + 2.0 * eta**2) ** later * told
    return np.asarray(told + (1.0 - eta) ** later * eta * d * s2)
