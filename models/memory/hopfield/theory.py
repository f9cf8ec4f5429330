"""The phases of the Hopfield model at infinite size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.hopfield import saddle
from toysim.models.memory.hopfield.saddle import COLDEST, Saddle
from toysim.models.memory.hopfield.sizes import n_patterns

# Measured: from a pattern, runs stay in the retrieval state, within 3/N of theory.
SMALLEST = 200
DEEP = 0.75  # share of the capacity up to which sizes do not round it
HOT = 1.3  # times the glass temperature from which on runs relax within a few sweeps


def phase(p: Any) -> tuple[Saddle | None, bool]:
    """The state that a run from a pattern is in, None where dynamics leaves it open; valid."""
    t, alpha = float(p.temperature), n_patterns(p.size, p.alpha) / p.size
    if 0.0 < t < COLDEST:
        return None, False
    hot = t > HOT * (1.0 + math.sqrt(alpha))
    if hot:
        return saddle.spin_glass(alpha, t), p.size >= SMALLEST and p.n_sweeps >= 100
    if t >= 1.0 or p.start != "pattern":
        return None, False
    found = saddle.retrieval(alpha, t)
    deep = alpha < DEEP * saddle.capacity(t)[1].alpha
    return found, found is not None and deep and p.size >= SMALLEST and p.n_sweeps >= 20


def predicted(row: Row) -> Rows:
    """One row."""
    found, valid = phase(row.p)
    names = ("overlap", "energy", "self_overlap", "stability")
    values = [math.nan if found is None else getattr(found, name) for name in names]
    t = float(row.p.temperature)
    known = t == 0.0 or COLDEST <= t < 1.0
    one_kind = t == 0.0 or row.p.dynamics == "sequential"
    keys = ("mean_overlap", "energy", "self_overlap", "stability")
    return {
        **{key: np.asarray(value) for key, value in zip(keys, values, strict=True)},
        "capacity": np.asarray(saddle.capacity(t)[1].alpha if known else math.nan),
        "valid": np.asarray(valid and one_kind),
    }


def predict(batch: Batch) -> Rows:
    """Overlap and energy in retrieval, well below the capacity, and in the hot paramagnet."""
    return stacked([predicted(row) for row in batch.rows()])
