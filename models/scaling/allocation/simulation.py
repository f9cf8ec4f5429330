"""Fits of a budget's allocation simulated, one fresh sample an update.

The dropped modes add a Gaussian number to every label, independent of the kept modes: their sum is
drawn, not its infinitely many terms.
"""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.scaling.allocation.problem import problems
from toysim.models.scaling.sgd import descend
from toysim.records import ended


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = []
    for row, kept, rates in problems(batch):
        at = np.append(row.record_at, len(rates))
        loss, train = np.full((2, len(at)), np.nan)
        delta, none = -np.sqrt(kept.c / kept.h), np.empty((0, len(kept.h)))
        told = (kept.h, none, np.empty(0), 0.0, False, np.sqrt(kept.noise), rates)
        draws = (row.generator("order"), row.generator("inputs"))
        failed_at = descend(delta, *told, *draws, at, loss, train)
        loss += 0.5 * kept.dropped
        rows.append({"loss": loss[:-1], "final_loss": loss[-1], "failed_at": np.array(failed_at)})
    done = stacked(rows)
    return done | ended(done.pop("failed_at"))
