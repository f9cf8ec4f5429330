"""Exact mean loss of a budget's allocation."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.scaling.allocation.problem import problems
from toysim.numerics.spread import narrow


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid where means over replicas show them."""
    rows = []
    for row, kept, rates in problems(batch):
        course, at = kept.course(rates), np.append(row.record_at, len(rates))
        finite = bool(np.isfinite(course).all())
        rows.append(
            {
                "loss": course[at[:-1]],
                "final_loss": course[-1],
                "dropped_loss": 0.5 * kept.dropped,
                "peak_rate": np.max(rates),
                "samples_per_mode": len(rates) / len(kept.h),
                "valid": finite and narrow(kept.h, kept.c, kept.noise, 1.0, rates, at),
            }
        )
    return stacked(rows)
