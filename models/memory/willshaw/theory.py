"""The sparse memory exactly; recognition by a normal law."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.willshaw import law

NORMAL = 8.0  # least variance of both blocks from which on recognition is normal, within 0.002
SEEN = 0.2  # events a run, below which means over runs say nothing yet


def seen(count: float, value: float) -> float:
    """The value where so many events are expected, and where there are none for certain."""
    return value if count == 0.0 or count >= SEEN else np.nan


def predicted(row: Row) -> Rows:
    """One row."""
    p = row.p
    stored, other = law.sums(p)
    hits, false = (float(part[p.threshold :].sum()) for part in (stored, other))
    others = p.n_outputs - p.n_active_outputs
    square = law.false_square(p, false)
    variance, active = square - (others * false) ** 2, p.n_active_outputs
    frequent, missed = seen(others * false, 1.0), seen(active * (1.0 - hits), 1.0)
    missed *= seen(active * hits, 1.0)
    known, new = law.familiarity(p, p.exposures), law.familiarity(p, 0)
    density = 1.0 - law.off(p)
    values = {
        "density": density,
        "hit_rate": hits * missed,
        "false_rate": false * frequent,
        "sum_stored": np.where((stored == 0.0) | (active * stored >= SEEN), stored, np.nan),
        "sum_other": np.where((other == 0.0) | (others * other >= SEEN), other, np.nan),
        "false_outputs": others * false * frequent,
        "false_outputs_square": square * frequent,
        "familiarity_stored": known[0],
        "familiarity_new": new[0],
        "recognition": law.recognition(p) if min(known[1], new[1]) >= NORMAL else np.nan,
        "recall_errors": (active * (1.0 - hits) + others * false) * frequent * missed,
        "exact_false_rate": false,
        "exact_sum_other": other,
        "exact_sum_stored": stored,
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
