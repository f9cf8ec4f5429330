"""Probability of separable labels: exact for random ones, else its limit away from a threshold."""

from __future__ import annotations

import math
from typing import Any

from scipy.stats import binom

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.labels import critical_ratio, gardner_capacity
from toysim.models.teacher_student.sizes import samples

# Relative distance from alpha* times sqrt(d) from which on the probability is 0 or 1 within
# about 1e-4: sqrt(2) of it is a normal number for random labels, and somewhat less with a teacher.
FAR = 4.0


def threshold(p: Any) -> float:
    """alpha* of one row's teacher."""
    return critical_ratio(p.teacher, p.strength)


def predicted(row: Row) -> dict[str, float]:
    """Every observable and diagnostic of one row."""
    p, n = row.p, samples(row.p)
    star = threshold(p)
    if p.teacher == "random":
        probability, valid = float(binom.cdf(p.dimension - 1, n - 1, 0.5)), True
    else:
        ratio = n / p.dimension / star
        probability = 1.0 if ratio < 1.0 else 0.0
        valid = star == math.inf or abs(ratio - 1.0) > FAR / math.sqrt(p.dimension)
    return {
        "separable": probability,
        "critical_ratio": star,
        "gardner_capacity": gardner_capacity(p.margin),
        "valid": valid,
    }


def predict(batch: Batch) -> Rows:
    """Every row; random labels at every size (Cover's count), others away from alpha*."""
    return stacked([predicted(row) for row in batch.rows()])
