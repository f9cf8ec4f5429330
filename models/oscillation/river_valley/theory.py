"""Means over the noise in the river valley, exact for every schedule."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.oscillation.river_valley.rates import mean_square_course, row_rates
from toysim.models.oscillation.river_valley.simulation import measured, updates_kept


def predict(batch: Batch) -> Rows:
    """x_t = c sum eta and v_t = E y_t^2 as observables; not valid where v leaves the finite
    numbers.
    """
    kept = updates_kept(batch)
    position, square = np.empty(kept.shape), np.empty(kept.shape)
    for i in range(len(batch)):
        rates = row_rates(batch, i)
        start, c, k, s = (
            batch[name][i].item() for name in ("start", "river_slope", "curvature", "noise")
        )
        position[i] = c * np.append(0.0, np.cumsum(rates))[kept[i]]
        square[i] = mean_square_course(start**2, k, s, rates)[kept[i]]
    rate, k, s = batch["learning_rate"], batch["curvature"], batch["noise"]
    with np.errstate(divide="ignore"):
        stationary = np.where(rate * k < 2.0, rate * s**2 / (2.0 * (2.0 - rate * k)), np.nan)
    return {
        **measured(batch, position, square),
        "stationary_hill_loss": stationary,
        "valid": np.isfinite(square[:, -1]),
    }
