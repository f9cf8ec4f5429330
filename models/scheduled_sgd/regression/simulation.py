"""Scheduled least squares simulated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.regression.problem import rows_and_rates
from toysim.models.scheduled_sgd.sgd import sgd
from toysim.records import ended

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row, rates) for row, rates in rows_and_rates(batch)])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row, rates: Array) -> Rows:
    p = row.p
    run = sgd(row, *modes(p), rates, row.record_at, p.momentum, p.weight_decay)
    return {
        "loss": run.loss,
        "final_loss": np.asarray(run.final_loss),
        "mode_loss": 0.5 * run.delta**2,
        "gradient_square": run.square,
        "rate": rates[np.minimum(row.record_at, p.n_steps - 1)],
        "failed_at": np.asarray(run.failed_at),
    }
