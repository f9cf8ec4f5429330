"""The sparse memory exactly; recognition by a normal law."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.willshaw import law

NORMAL = 8.0  # least variance of both blocks from which on recognition is normal, within 0.002
SEEN = 1e-4  # rates below are not seen by means over runs
ROUNDED = 1e-13  # of a sum whose terms cancel


def predicted(row: Row) -> Rows:
    """One row."""
    p = row.p
    stored, other = law.sums(p)
    hits, false = (float(part[p.threshold :].sum()) for part in (stored, other))
    others = p.n_outputs - p.n_active_outputs
    square = law.false_square(p, false)
    variance = square - (others * false) ** 2
    known, new = law.familiarity(p, p.exposures), law.familiarity(p, 0)
    density = 1.0 - law.off(p)
    values = {
        "density": density,
        "hit_rate": hits,
        "false_rate": false,
        "sum_stored": stored,
        "sum_other": other,
        "false_outputs": others * false,
        "false_outputs_square": square,
        "familiarity_stored": known[0],
        "familiarity_new": new[0],
        "recognition": law.recognition(p) if min(known[1], new[1]) >= NORMAL else np.nan,
        "recall_errors": p.n_active_outputs * (1.0 - hits) + others * false,
        "independent_false_rate": density**p.cue_size,
        "false_outputs_variance": variance,
        "familiarity_stored_variance": known[1],
        "familiarity_new_variance": new[1],
        "valid": True,
    }
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """Every observable; the square of the false outputs for p = 1, theta = c and c <= 10."""
    return stacked([predicted(row) for row in batch.rows()])
