"""SGD at the rates of the stagewise search, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.sgd import sgd
from toysim.models.scheduled_sgd.staged.problem import searched
from toysim.records import ended


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one cell have one search."""
    found: dict[Any, Any] = {}
    rows = []
    for row in batch.rows():
        if row.p not in found:
            found[row.p] = searched(row.p).every_rate(row.p.stage_steps)
        rows.append(_row(row, found[row.p]))
    done = stacked(rows)
    return done | ended(done.pop("failed_at"))


def _row(row: Row, rates: Any) -> Rows:
    p = row.p
    ends = np.arange(p.stage_steps, p.n_steps + 1, p.stage_steps)
    run = sgd(row, *modes(p), rates, ends)
    return {
        "loss": run.loss,
        "final_loss": np.asarray(run.final_loss),
        "failed_at": np.asarray(run.failed_at),
    }
