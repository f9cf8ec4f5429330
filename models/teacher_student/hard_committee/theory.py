"""Overlaps of a hard committee as d -> infinity, after many rounds."""

from __future__ import annotations

import math
from typing import Any

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.hard_committee.state_evolution import (
    CLOSE,
    end,
    rate,
)
from toysim.models.teacher_student.sizes import samples

LEAST_SIZE = 200
# Of rate times rounds: what q_a falls below alpha_s, and what is left above it once q_a has grown
# from s0^2: then it exceeds its overlap with the teacher, and 30 later no more (measured).
LEAST_FALL, LEAST_REST = 8.0, 30.0
LEAST_DISTANCE = 8.0  # of rate times sqrt(d): nearer to alpha_s runs scatter too widely
# Of s0 sqrt(d). A small q_a grows by a factor a round, the share of it along the teacher by the
# same again from z^2/d on: some runs with a larger start lose their way for hundreds of rounds.
MOST_START = 0.005


def holds(p: Any, rate: float) -> bool:
    """Whether runs reach the end of the state evolution."""
    near = abs(rate) * math.sqrt(p.dimension) < LEAST_DISTANCE
    if p.dimension < LEAST_SIZE or near:
        return False
    if rate < 0.0:
        return bool(-rate * p.iterations >= LEAST_FALL)
    aligned = p.start_scale * math.sqrt(p.dimension) <= MOST_START
    rest = LEAST_REST - 2.0 * math.log(p.start_scale)
    return bool(aligned and rate * p.iterations >= rest)


def predicted(row: Row) -> dict[str, Any]:
    """Every observable and diagnostic of one row."""
    p, alpha = row.p, samples(row.p) / row.p.dimension
    speed = rate(alpha)
    at = end(alpha, 0.1 if speed > 0.0 else 0.0)
    return {
        "symmetric_overlap": at.symmetric,
        "antisymmetric_overlap": at.antisymmetric,
        "symmetric_self_overlap": at.symmetric,
        "antisymmetric_self_overlap": at.antisymmetric,
        "growth_rate": speed,
        "rounds": float(at.rounds),
        "residual": at.residual,
        "valid": holds(p, speed) and at.residual <= CLOSE,
    }


def predict(batch: Batch) -> Rows:
    """Every row; valid where rounds are enough to reach the end, which next to alpha_s is far."""
    return stacked([predicted(row) for row in batch.rows()])
