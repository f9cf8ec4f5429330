"""Ridge regression simulated: in law where the design is isotropic, else drawn and solved."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import lstsq, solve

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.ridge.law import fit
from toysim.models.teacher_student.ridge.parameters import MOST_DENSE, features, samples
from toysim.models.teacher_student.ridge.populations import N_TEST, activated, excess
from toysim.models.teacher_student.ridge.problem import drawn_features, power_law
from toysim.numerics.ridge_losses import ridge_losses
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]

NAMES = ("excess_error", "test_error", "train_error", "overlap", "self_overlap")


def of(p: Any, error: float, train: float, m: float = math.nan, q: float = math.nan) -> Rows:
    """Every observable, by name."""
    values = (error, error + p.label_noise, train, m, q)
    return {name: np.array(value) for name, value in zip(NAMES, values, strict=True)}


def in_law(row: Row) -> Rows:
    """One draw of the bidiagonal design."""
    p, d = row.p, row.p.dimension
    n = samples(p)
    k = min(n, d)
    i, inputs, noise = np.arange(k), row.generator("inputs"), row.generator("noise")
    a = np.sqrt(inputs.chisquare(n - i) / d)
    b = np.zeros(k)
    beside = k if n < d else k - 1  # the last column has nothing beside it
    b[:beside] = np.sqrt(inputs.chisquare(d - 1 - i[:beside]) / d)
    deviation = math.sqrt(p.label_noise)
    errors = deviation * noise.standard_normal(k)
    unseen = p.label_noise * noise.chisquare(n - d) if n > d else 0.0
    length = math.sqrt(p.signal * d)
    first, square, off, residual = fit(a, b, errors, length, p.penalty)
    return of(p, off / d, (residual + unseen) / n, first * length / d, square / d)


def solved(x: Array, y: Array, penalty: float) -> Array:
    """Weights of the fit, from the smaller of the two Gram matrices."""
    n, d = x.shape
    if penalty == 0.0:
        return np.asarray(lstsq(x, y, lapack_driver="gelsd")[0])
    if d <= n:
        return np.asarray(solve(x.T @ x + penalty * np.eye(d), x.T @ y, assume_a="pos"))
    return np.asarray(x.T @ solve(x @ x.T + penalty * np.eye(n), y, assume_a="pos"))


def labelled(row: Row, u: Array) -> Array:
    """Teacher's outputs u (n,) with noise."""
    return u + math.sqrt(row.p.label_noise) * row.normal("noise", len(u))


def isotropic(row: Row) -> Rows:
    """The matrix itself; the teacher is the first axis, which a rotation makes any."""
    p, d = row.p, row.p.dimension
    x = row.normal("inputs", samples(p), d) / math.sqrt(d)
    teacher = np.zeros(d)
    teacher[0] = math.sqrt(p.signal * d)
    y = labelled(row, x @ teacher)
    w = solved(x, y, p.penalty)
    train = float(np.mean((y - x @ w) ** 2))
    return of(p, np.sum((w - teacher) ** 2) / d, train, w @ teacher / d, w @ w / d)


def on_modes(row: Row) -> Rows:
    """Modes of power-law variance; errors are means over the teacher's signs and the noise."""
    p = row.p
    s, c = power_law(p)
    x = row.normal("inputs", samples(p), p.dimension) * np.sqrt(s)
    test, train = ridge_losses(x, s, c, p.label_noise, p.penalty)
    return of(p, test - p.label_noise, train)


def on_features(row: Row) -> Rows:
    """Random features, regressors phi(F x/sqrt(d))/sqrt(p')."""
    p = row.p
    given = drawn_features(row.batch, row.index, p)
    x = row.normal("inputs", samples(p), p.dimension)
    scale = math.sqrt(features(p))
    z = activated(x @ given.matrix.T / math.sqrt(p.dimension), p.activation) / scale
    y = labelled(row, x @ given.teacher / math.sqrt(p.dimension))
    w = solved(z, y, p.penalty)
    fresh = row.normal("test", N_TEST if p.activation == "tanh" else 0, p.dimension)
    error = excess(p.activation, given.matrix, given.teacher, w / scale, fresh)
    return of(p, error, float(np.mean((y - z @ w) ** 2)))


def largest(p: Any) -> int:
    """Rows or columns of the largest matrix."""
    width = features(p) if p.design == "random_features" else 1
    return int(max(samples(p), p.dimension, width))


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; the status says which matrices were too large to draw."""
    dense = {"isotropic": isotropic, "power_law": on_modes, "random_features": on_features}
    found, failed_at = [], np.full(len(batch), -1)
    for row in batch.rows():
        if row.p.by_law:
            found.append(in_law(row))
        elif largest(row.p) <= MOST_DENSE:
            found.append(dense[row.p.design](row))
        else:
            found.append(of(row.p, math.nan, math.nan))
            failed_at[row.index] = 0
    return stacked(found) | ended(failed_at, Status.STEP_BUDGET)
