"""Learning curves by the deterministic equivalent, and what their beginnings say of their ends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.learning_curve.extrapolation import levels, power_law
from toysim.models.scaling.learning_curve.parameters import FEWEST
from toysim.models.scaling.learning_curve.problem import fits, regression, sizes

Array = npt.NDArray[np.float64]


def predict(batch: Batch) -> Rows:
    """Every row; valid where n (1 - D) is large at all sizes and nothing is lost in rounding."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    n, ridge = sizes(row.p), regression(row.p)
    found = fits(row.p, ridge)
    loss = np.array([fit.test for fit in found])
    reliable = [ridge.reliable(int(k), fit) for k, fit in zip(n, found, strict=True)]
    return {
        "loss": loss,
        "penalties": np.array([fit.penalty for fit in found]),
        **_forecasts(n.astype(float), loss),
        "valid": np.asarray(all(reliable)),
    }


def _forecasts(n: Array, loss: Array) -> Rows:
    """Fits of every prefix of at least FEWEST sizes; NaN of shorter ones, and of no loss at all."""
    limit, exponent, error = np.full((3, len(n)), np.nan)
    for k in range(FEWEST, len(n) + 1) if loss.min() > 0.0 else ():
        law = power_law(n[:k], loss[:k])
        limit[k - 1], exponent[k - 1] = law.limit, law.alpha
        error[k - 1] = law.at(n[-1]) / loss[-1] - 1.0
    return {
        "limit": limit,
        "exponent": exponent,
        "forecast_error": error,
        "level_reached": levels(limit, exponent),
    }
