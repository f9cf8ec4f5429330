"""Separability simulated: inputs and labels are drawn, and a linear program looks for weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.special import expit

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.sizes import samples
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]

FEASIBLE, INFEASIBLE = 0, 2  # of SciPy's solver


def labels(p: Any, u: Array, noise: np.random.Generator) -> Array:
    """Labels +-1 of clean fields u (n,) of variance 1."""
    chance = noise.random(len(u))
    if p.teacher == "random":
        return np.where(chance < 0.5, 1.0, -1.0)
    if p.teacher == "flip":
        return np.where(chance < p.strength, -1.0, 1.0) * np.where(u >= 0.0, 1.0, -1.0)
    if p.teacher == "probit":
        return np.where(u + p.strength * noise.standard_normal(len(u)) >= 0.0, 1.0, -1.0)
    return np.where(chance < expit(p.strength * u), 1.0, -1.0)


def separable(row: Row) -> float:
    """1 if some w has y (w.x) >= 1 for all samples, 0 if none has, NaN if the solver gave up.

    The teacher is the first axis, which a rotation makes any.
    """
    p = row.p
    x = row.normal("inputs", samples(p), p.dimension)
    y = labels(p, x[:, 0], row.generator("noise"))
    zero, free = np.zeros(p.dimension), (None, None)
    found = linprog(zero, -y[:, None] * x, -np.ones(len(x)), bounds=free, method="highs")
    return {FEASIBLE: 1.0, INFEASIBLE: 0.0}.get(found.status, np.nan)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    found = np.array([separable(row) for row in batch.rows()])
    gave_up = ended(np.where(np.isfinite(found), -1, 0), Status.NOT_CONVERGED)
    return stacked([{"separable": value} for value in found]) | gave_up
