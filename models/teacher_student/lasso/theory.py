"""Every observable of the lasso as d -> infinity."""

from __future__ import annotations

import math
from typing import Any

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.lasso.parameters import nonzeros
from toysim.models.teacher_student.lasso.state_evolution import (
    Problem,
    critical_density,
    left,
    solve,
    stability,
)
from toysim.models.teacher_student.sizes import samples

# Of the fewest of nonzeros, samples and actives, times the stability: from here on means are within
# the declared bounds (measured).
LEAST_COUNT = 25.0


def predicted(row: Row) -> dict[str, Any]:
    """Every observable and diagnostic of one row, at its own n/d and k/d."""
    p = row.p
    alpha, density = samples(p) / p.dimension, nonzeros(p) / p.dimension
    problem = Problem(alpha, p.penalty, p.ridge_penalty, p.label_noise, p.signal, density)
    at = solve(problem)
    v = at.shrink * at.active / at.v_hat
    firm = stability(problem, at)
    fewest = min(nonzeros(p), samples(p), p.dimension * at.active)
    return {
        "squared_error": at.error,
        "overlap": at.m,
        "self_overlap": at.q,
        "active": at.active,
        "false_discovery_rate": at.false / at.active if at.active > 0.0 else 0.0,
        "true_positive_rate": at.found,
        "train_error": (p.label_noise + at.error) / (1.0 + v) ** 2,
        "tau": at.tau,
        "threshold": at.threshold,
        "susceptibility": v,
        "stability": firm,
        "residual": abs(left(problem, math.log(at.tau))),
        "critical_density": critical_density(alpha),
        "valid": firm * fewest >= LEAST_COUNT,
    }


def predict(batch: Batch) -> Rows:
    """Every row; valid where counts are large beside 1/stability."""
    return stacked([predicted(row) for row in batch.rows()])
