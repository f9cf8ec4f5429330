"""The lasso simulated: samples are drawn, and the minimiser is found."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.lasso.parameters import nonzeros
from toysim.models.teacher_student.lasso.solver import fit
from toysim.models.teacher_student.sizes import samples
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]


def drawn(row: Row) -> tuple[Array, Array, Array]:
    """Inputs over sqrt(d) as columns (d, n), labels (n,) and the teacher (d,).

    Its first entries are the nonzero ones, which the inputs' symmetry makes any.
    """
    p, n, k = row.p, samples(row.p), nonzeros(row.p)
    teacher = np.zeros(p.dimension)
    teacher[:k] = row.normal("teacher", k)
    teacher *= math.sqrt(p.signal * p.dimension / (teacher @ teacher))
    columns = row.normal("inputs", p.dimension, n)
    columns *= p.dimension**-0.5
    noise = math.sqrt(p.label_noise) * row.normal("noise", n)
    return columns, teacher[:k] @ columns[:k] + noise, teacher


def measured(row: Row) -> tuple[dict[str, float], bool]:
    """Every observable of one draw; without a nonzero no discovery is false."""
    p, k = row.p, nonzeros(row.p)
    columns, y, teacher = drawn(row)
    fitted = fit(columns, y, p.penalty, p.ridge_penalty, p.tolerance)
    w = np.zeros(p.dimension) if fitted is None else fitted
    off, found = w - teacher, w != 0.0
    active, true = int(found.sum()), int(found[:k].sum())
    return {
        "squared_error": float(off @ off) / p.dimension,
        "overlap": float(w @ teacher) / p.dimension,
        "self_overlap": float(w @ w) / p.dimension,
        "active": active / p.dimension,
        "false_discovery_rate": (active - true) / max(active, 1),
        "true_positive_rate": true / k,
        "train_error": float(np.mean((y - w @ columns) ** 2)),
    }, fitted is not None


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows, converged = zip(*(measured(row) for row in batch.rows()), strict=True)
    return stacked(rows) | ended(np.where(converged, -1, 0), Status.NOT_CONVERGED)
