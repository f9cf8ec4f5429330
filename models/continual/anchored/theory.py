"""Losses after anchored tasks in closed form, from the row's own draws."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.anchored.anchors import front_excess, projected, solved
from toysim.models.continual.anchored.problem import observed, tasks

CONDITION = 1e4  # most of which a descent ends within its steps, and rounding stays below 1e-8


def predicted(row: Row) -> Rows:
    """Every observable and diagnostic of one row."""
    p, given = row.p, tasks(row)
    with np.errstate(divide="ignore", invalid="ignore"):
        w, held, worst = (projected if p.method == "projection" else solved)(p, given)
        found = observed(given, w, held)
    alone = p.n_tasks == 2 and p.method != "projection" and np.isfinite(w).all()
    excess = front_excess(given, found["old_loss"], found["new_loss"]) if alone else np.nan
    calm = worst < min(CONDITION, 3e4 * p.step) and bool(np.isfinite(w).all())
    return found | {"front_excess": excess, "valid": calm}


def predict(batch: Batch) -> Rows:
    """Every observable; valid where no minimum is so flat that a descent does not reach it."""
    return stacked([predicted(row) for row in batch.rows()])
