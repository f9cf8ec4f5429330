"""Means over the noise in the river valley, exact for every schedule."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.oscillation.river_valley.measures import measured, updates_kept
from toysim.models.oscillation.river_valley.problem import mean_square_course, walk_rates


def predict(batch: Batch) -> Rows:
    """x_t = c sum eta and v_t = E y_t^2 as observables; derived.

    At a constant rate v settles at eta s^2 / (k (2 - eta k)). Not valid where it leaves the finite
    numbers.
    """
    kept = updates_kept(batch)
    position, square = np.empty(kept.shape), np.empty(kept.shape)
    c, k, s, rate = (batch[n] for n in ("river_slope", "curvature", "noise", "learning_rate"))
    start = batch["start"]
    for i, eta in enumerate(walk_rates(batch)):
        position[i] = c[i] * np.append(0.0, np.cumsum(eta))[kept[i]]
        square[i] = mean_square_course(start[i] ** 2, k[i], s[i], eta)[kept[i]]
    with np.errstate(divide="ignore"):
        stationary = np.where(rate * k < 2.0, rate * s**2 / (2.0 * (2.0 - rate * k)), np.nan)
    return {
        **measured(batch, position, square),
        "stationary_hill_loss": stationary,
        "valid": np.isfinite(square[:, -1]),
    }
