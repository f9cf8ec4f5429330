"""Convex classifiers simulated: samples are drawn, and the minimiser is found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.classifier.losses import CODES, values
from toysim.models.teacher_student.classifier.measures import overlaps
from toysim.models.teacher_student.classifier.solvers import of_margins, smooth, square
from toysim.models.teacher_student.sizes import samples
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]

T5 = math.sqrt(3.0 / 5.0)  # times Student's t of 5 degrees has variance 1


def entries(law: str, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Independent entries of variance 1."""
    if law == "gaussian":
        return rng.standard_normal(shape)
    if law == "sign":
        return np.where(rng.random(shape) < 0.5, -1.0, 1.0)
    return T5 * rng.standard_t(5, shape)


def drawn(row: Row) -> tuple[Array, Array, Array]:
    """Inputs over sqrt(d) (n, d), labels (n,) and the teacher (d,), |w*|^2 = rho d exactly."""
    p, n = row.p, samples(row.p)
    teacher = row.normal("teacher", p.dimension)
    teacher *= math.sqrt(p.signal * p.dimension / (teacher @ teacher))
    x = entries(p.input_law, row.generator("inputs"), (n, p.dimension)) / math.sqrt(p.dimension)
    y = labels(p, x @ teacher, row.generator("noise"))
    if p.teacher == "mixture":
        x = x + np.outer(y, teacher) / p.dimension
    return x, y, teacher


def labels(p: Any, u: Array, noise: np.random.Generator) -> Array:
    """Labels +-1 of clean fields u (n,); of a mixture they are coins."""
    chance = noise.random(len(u))
    if p.teacher == "mixture":
        return np.where(chance < 0.5, 1.0, -1.0)
    if p.teacher == "logistic":
        return np.where(chance < expit(u), 1.0, -1.0)
    fields = u + math.sqrt(p.probit_noise) * noise.standard_normal(len(u))
    return np.where(fields >= 0.0, 1.0, -1.0) * np.where(chance < p.flip, -1.0, 1.0)


def fitted(p: Any, x: Array, y: Array, order: np.random.Generator) -> tuple[Array, bool]:
    """Weights (d,), and whether the solver got there."""
    if p.loss == "square":
        return square(x, y, p.penalty), True
    if p.loss in ("hinge", "hard_margin"):
        return of_margins(x, y, p.penalty, p.loss == "hard_margin", p.tolerance, order)
    return smooth(p.loss, x, y, p.penalty, p.tolerance)


def measured(row: Row) -> tuple[Rows, bool]:
    """Every observable of one draw."""
    p = row.p
    x, y, teacher = drawn(row)
    w, converged = fitted(p, x, y, row.generator("order"))
    z = y * (x @ w)
    m, q = float(w @ teacher) / p.dimension, float(w @ w) / p.dimension
    hard = p.loss == "hard_margin"
    found = overlaps(p, m, q) | {
        "train_loss": math.nan if hard else float(np.mean(values(CODES[p.loss], z))),
        "train_error": float(np.mean(z < 0.0)),
        "margin": float(z.min()) / math.sqrt(q) if hard else math.nan,
    }
    return {name: np.array(value) for name, value in found.items()}, converged


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows, converged = zip(*(measured(row) for row in batch.rows()), strict=True)
    stopped = ended(np.where(converged, -1, 0), Status.NOT_CONVERGED)
    return stacked(rows) | stopped
