"""Message passing as d -> infinity, round by round: state evolution.

q_0 = 0, qh = 2 alpha int Dxi Z'^2/Z at m = q, q <- qh/(1 + qh); overlap and self-overlap are q.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.bayes import Labels, after, bayes_overlap
from toysim.models.teacher_student.message_passing.measures import error
from toysim.models.teacher_student.sizes import samples

Array = npt.NDArray[np.float64]

LEAST_SIZE = 100  # below it messages sometimes do not settle


def course(labels: Labels, alpha: float, rounds: int) -> Array:
    """q (T + 1,) after every round; it stays where it has arrived."""
    q = np.zeros(rounds + 1)
    for t in range(rounds):
        q[t + 1] = after(q[t], labels, alpha)
        if q[t + 1] == q[t]:
            q[t + 1 :] = q[t]
            break
    return q


def predicted(row: Row) -> dict[str, Any]:
    """Every observable and diagnostic of one row."""
    p, alpha = row.p, samples(row.p) / row.p.dimension
    labels = Labels(1.0, p.probit_noise, p.flip)
    q = course(labels, alpha, p.iterations)[row.record_at]
    best = np.array([bayes_overlap(labels, alpha)])
    return {
        "overlap": q,
        "self_overlap": q,
        "error": error(q, q),
        "bayes_error": float(error(best, best)[0]),
        "valid": p.dimension >= LEAST_SIZE,
    }


def predict(batch: Batch) -> Rows:
    """Every row; valid where d is large."""
    return stacked([predicted(row) for row in batch.rows()])
