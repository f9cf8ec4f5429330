"""Kernel ridge regression simulated: inputs are drawn and the n x n system is solved."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.ridge_losses import MOST_NUMBERS, ridge_losses
from toysim.outcomes import Status
from toysim.records import ended


def measured(row: Row) -> Rows:
    """Both losses of one draw of the inputs; NaN where they are too many to draw."""
    p = row.p
    test, train = np.nan, np.nan
    if p.n_samples * p.n_modes <= MOST_NUMBERS:
        h, c = spectrum(p.n_modes, p.capacity_exponent, p.signal_exponent)
        x = row.normal("inputs", p.n_samples, p.n_modes) * np.sqrt(h)
        test, train = ridge_losses(x, h, c, p.label_noise, p.penalty)
    return {"test_loss": np.array(test), "train_loss": np.array(train)}


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; the status says which were too large."""
    too_large = batch["n_samples"] * batch["n_modes"] > MOST_NUMBERS
    stopped = ended(np.where(too_large, 0, -1), Status.STEP_BUDGET)
    return stacked([measured(row) for row in batch.rows()]) | stopped
