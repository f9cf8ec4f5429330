"""Scheduled least squares simulated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.parts import alike, scattered
from toysim.models.scheduled_sgd.regression.problem import followed
from toysim.models.scheduled_sgd.sgd import sgd
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    unit, which, shares = followed(batch)
    groups = alike(batch, np.arange(len(batch)))
    done = scattered(
        [(rows, _together(batch.take(rows), unit[rows], which[rows], shares)) for rows in groups]
    )
    return done | ended(done.pop("failed_at"))


def _together(batch: Batch, unit: Array, which: Ints, shares: Array) -> Rows:
    """Rows with the same modes."""
    at, n_steps = batch.record_at, batch["n_steps"].astype(np.int64)
    kind = batch["momentum"].astype(float), batch["weight_decay"].astype(float)
    run = sgd(batch, *modes(Row(batch, 0).p), unit, which, shares, n_steps, at, *kind)
    return {
        "loss": run.loss,
        "final_loss": run.final_loss,
        "mode_loss": 0.5 * run.delta**2,
        "gradient_square": run.square,
        "rate": unit[:, None] * shares[which[:, None], np.minimum(at, n_steps[:, None] - 1)],
        "failed_at": run.failed_at,
    }
