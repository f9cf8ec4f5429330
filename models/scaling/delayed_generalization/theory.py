"""Losses of infinitely large data sets, by the Marchenko-Pastur law, and when they are low."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.delayed_generalization.measures import accuracy, loss_at_level
from toysim.numerics.marchenko_pastur import nodes, zero_share

Array = npt.NDArray[np.float64]

LATEST = 1e30  # no time beyond it is looked for
# Losses are off by up to 1/d: where that is a hundredth, accuracies are within half a per cent.
LEAST_SHARE = 100.0


class Spectrum:
    """Losses at any time of d features and N samples."""

    def __init__(self, p: Any) -> None:
        self.x, self.weights = nodes(p.n_features, p.n_samples)
        self.zero = zero_share(p.n_features, p.n_samples)

    def train(self, t: Array) -> Array:
        """<x exp(-2tx)>, shape of t."""
        left = np.exp(-2.0 * np.asarray(t)[..., None] * self.x)
        return np.asarray(left @ (self.weights * self.x))

    def test(self, t: Array) -> Array:
        """<exp(-2tx)>, shape of t."""
        left = np.exp(-2.0 * np.asarray(t)[..., None] * self.x)
        return np.asarray(left @ self.weights + self.zero)


def crossing(loss: Any, level: float) -> float:
    """Time at which a falling loss reaches a level: 0 if it begins there, NaN if it never does."""
    if float(loss(np.array(0.0))) <= level:
        return 0.0
    if not float(loss(np.array(LATEST))) < level:
        return math.nan

    def above(log_t: float) -> float:
        return float(loss(np.array(math.exp(log_t)))) - level

    return math.exp(brentq(above, math.log(1e-12), math.log(LATEST), xtol=1e-12))


def predicted(row: Row) -> Rows:
    """Every observable and diagnostic of one row."""
    p, spectrum = row.p, Spectrum(row.p)
    losses = {"train": spectrum.train(row.record_at), "test": spectrum.test(row.record_at)}
    level = loss_at_level(p.tolerance)
    train, test = crossing(spectrum.train, level), crossing(spectrum.test, level)
    found: Rows = {f"{name}_loss": loss for name, loss in losses.items()}
    for name, loss in losses.items():
        known = loss * p.n_features >= LEAST_SHARE
        found[f"{name}_accuracy"] = np.where(known, accuracy(loss, p.tolerance), np.nan)
    delay = test / train if train > 0.0 else math.nan
    times = {"time_train": train, "time_test": test, "delay": delay}
    return found | {name: np.array(value) for name, value in times.items()}


def predict(batch: Batch) -> Rows:
    """Every row; records of the accuracies are NaN where a loss is too near to 1/d."""
    return stacked([predicted(row) for row in batch.rows()]) | {"valid": np.ones(len(batch), bool)}
