"""SGD at the rates of the stagewise search, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.parts import cells, scattered
from toysim.models.scheduled_sgd.sgd import sgd_at
from toysim.models.scheduled_sgd.staged.problem import searched
from toysim.records import ended


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one cell have one search."""
    done = scattered([(rows, _cell(p, batch.take(rows))) for p, rows in cells(batch)])
    return done | ended(done.pop("failed_at"))


def _cell(p: Any, batch: Batch) -> Rows:
    ends = np.arange(p.stage_steps, p.n_steps + 1, p.stage_steps)
    rates = searched(p).every_rate(p.stage_steps)
    run = sgd_at(batch, *modes(p), rates, np.tile(ends, (len(batch), 1)))
    return {"loss": run.loss, "final_loss": run.final_loss, "failed_at": run.failed_at}
