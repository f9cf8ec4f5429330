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

SOLVED = 0  # of SciPy's solver
LEAST = 1e-9  # t of a separable draw is of order 1/d, of others rounding


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
    """1 if some w has y (w.x) > 0 for all samples, 0 if none has, NaN if the solver gave up.

    The largest t with y (w.x) >= t and entries of w within [-1, 1] always exists, and is 0 or not:
    to ask for y (w.x) >= 1 left some programs without an answer. The teacher is the first axis,
    which a rotation makes any.
    """
    p = row.p
    x = row.normal("inputs", samples(p), p.dimension)
    y = labels(p, x[:, 0], row.generator("noise"))
    aim = np.zeros(p.dimension + 1)
    aim[-1] = -1.0
    rows = np.hstack([-y[:, None] * x, np.ones((len(x), 1))])
    bounds = [(-1.0, 1.0)] * p.dimension + [(None, 1.0)]
    found = linprog(aim, rows, np.zeros(len(x)), bounds=bounds, method="highs")
    return float(found.x[-1] > LEAST) if found.status == SOLVED else np.nan


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    found = np.array([separable(row) for row in batch.rows()])
    gave_up = ended(np.where(np.isfinite(found), -1, 0), Status.NOT_CONVERGED)
    return stacked([{"separable": value} for value in found]) | gave_up
