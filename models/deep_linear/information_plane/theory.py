"""The information plane in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.closed_forms import strength_unbalanced
from toysim.models.deep_linear.information_plane.law import explained, outputs

Array = npt.NDArray[np.float64]

LARGEST_STEP = 0.1  # learning rate times the largest sharpness


def squares(p: Any, t: Array) -> Array:
    """u (R, modes): squares of the first layer's singular values at flow times (R,)."""
    s, u0 = np.array(p.strengths), p.start_strength
    u = np.empty((len(t), len(s)))
    for k, strength in enumerate(s):
        if p.readout == "zero":
            moved = strength_unbalanced(t, strength, 0.0, u0) if strength > 0.0 else 0.0 * t
            u[:, k] = 0.5 * (u0 + np.hypot(u0, 2.0 * moved))
        elif strength > 0.0:
            left = np.exp(-2.0 * strength * t)
            u[:, k] = strength * u0 / (u0 * (1.0 - left) + strength * left)
        else:
            u[:, k] = u0 / (1.0 + 2.0 * u0 * t)
    return u


def predicted(row: Row) -> Rows:
    """One row."""
    p, r2 = row.p, explained(np.array(row.p.strengths), row.p.label_noise)
    v = squares(p, np.asarray(row.record_at)) / p.reading_noise
    given = 0.5 * np.sum(np.log1p(v), axis=1)
    label = -0.5 * np.sum(np.log1p(-r2 * v / (1.0 + v)), axis=1)
    sharpness = 2.0 * max(*p.strengths, p.start_strength)
    valid = np.asarray(p.learning_rate * sharpness <= LARGEST_STEP)
    return outputs(given, label, r2) | {"valid": valid}


def predict(batch: Batch) -> Rows:
    """Every observable."""
    return stacked([predicted(row) for row in batch.rows()])
