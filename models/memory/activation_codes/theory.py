"""Collisions of random codes, exactly."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.activation_codes import law

SEEN = 0.01  # colliding pairs a row, below which means over runs say little


def predicted(row: Row) -> Rows:
    """One row: without prototypes collisions, with two of them that codes decide as they should."""
    p = row.p
    chance = law.collision(p.dimension, p.n_units)
    pairs, m, free = 0.5 * p.n_points * (p.n_points - 1) * chance, p.n_points, p.n_prototypes == 0
    plane = p.dimension == 2 and free
    exact = law.redundancy_of_a_plane(p.n_units, m) if plane else np.nan
    least = exact if p.dimension == 2 else law.redundancy_at_least(p.dimension, p.n_units, m)
    values = {
        "colliding_pairs": pairs if free else np.nan,
        "redundancy": exact,
        "code_distance": 0.5 if free else np.nan,
        "accuracy_excess": 0.0 if p.n_prototypes == 2 else np.nan,
        "collision": chance,
        "redundancy_bound": pairs / m,
        "redundancy_least": least if free else np.nan,
        "valid": (free and pairs > SEEN) or p.n_prototypes == 2,
    }
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """Collisions without prototypes; the redundancy in the plane, and else a bound on it."""
    return stacked([predicted(row) for row in batch.rows()])
