"""Means over the noise in the river valley, exact for every schedule."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.oscillation.lanes import groups
from toysim.models.oscillation.river_valley.measures import measured, updates_kept
from toysim.models.oscillation.river_valley.problem import mean_squares, walk_rates
from toysim.scheduled import peak_rates


def predict(batch: Batch) -> Rows:
    """x_t = c sum eta and v_t = E y_t^2 as observables; derived.

    At a constant rate v settles at eta s^2 / (k (2 - eta k)). Not valid where it leaves the finite
    numbers.
    """
    kept, place = updates_kept(batch)
    rates = walk_rates(batch)
    c, k, s = (batch[n] for n in ("river_slope", "curvature", "noise"))
    rate = peak_rates(batch)
    passed = np.append(np.zeros((len(rates.shares), 1)), np.cumsum(rates.shares, axis=1), axis=1)
    position = (c * rates.peak)[:, None] * passed[rates.which[:, None], kept]
    square, v, taken = np.empty(kept.shape), batch["start"] ** 2, rates.shares
    for rows in groups(batch["n_steps"]):
        valley, schedule = (v[rows], k[rows], s[rows]), (rates.peak[rows], rates.which[rows], taken)
        square[rows] = mean_squares(*valley, *schedule, kept[rows])
    with np.errstate(divide="ignore", invalid="ignore"):  # at the limit, without noise
        stationary = np.where(rate * k < 2.0, rate * s**2 / (2.0 * (2.0 - rate * k)), np.nan)
    return {
        **measured(batch, place, position, square),
        "stationary_hill_loss": stationary,
        "valid": np.isfinite(square[:, -1]),
    }
