"""Learning curves simulated: one data set grows, and every size of it is fitted anew."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.learning_curve.problem import fits, regression, sizes
from toysim.numerics.ridge_losses import MOST_NUMBERS, ridge_losses
from toysim.outcomes import Status
from toysim.records import ended


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; the status says which were too large."""
    too_large = batch["stride"] * batch["n_sizes"] * batch["n_modes"] > MOST_NUMBERS
    stopped = ended(np.where(too_large, 0, -1), Status.STEP_BUDGET)
    return stacked([_measured(row) for row in batch.rows()]) | stopped


def _measured(row: Row) -> Rows:
    """Test losses of the first n of one draw of the inputs; NaN where they are too many to draw."""
    p, n = row.p, sizes(row.p)
    if n[-1] * p.n_modes > MOST_NUMBERS:
        return {"loss": np.full(len(n), np.nan)}
    ridge = regression(p)
    x = row.normal("inputs", int(n[-1]), p.n_modes) * np.sqrt(ridge.h)
    expected = zip(n, fits(p, ridge), strict=True)
    problem = (ridge.h, ridge.c, ridge.label_noise)
    return {
        "loss": np.array([ridge_losses(x[:k], *problem, fit.penalty)[0] for k, fit in expected])
    }
