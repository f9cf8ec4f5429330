"""Every observable of ridge regression, and what the best penalty would give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.ridge.features import given, typical
from toysim.models.teacher_student.ridge.isotropic import (
    Isotropic,
    corrected,
    kappa_of,
    limit,
    without_penalty,
)
from toysim.models.teacher_student.ridge.parameters import features, samples
from toysim.models.teacher_student.ridge.problem import drawn_features, power_law
from toysim.numerics.ridge_equivalent import Ridge

Array = npt.NDArray[np.float64]

ROUNDED = 1e-10  # of the signal: an excess below is lost in rounding
# n (1 - D) from which on the equivalent is within 1 %: it is off by a share of about 2 of it.
LEAST_SIZE = 200.0
# Features are off by up to 1.5/d of the error, within a tenth of p' = n by up to 4/d (measured).
LEAST_DIMENSION, LEAST_BESIDE_PEAK = 150, 400
MOST_FEATURES = 3000  # their covariance is diagonalised

BY_INPUT = ("best_excess_error", "exact_excess_error")  # isotropic inputs alone have these


def on_inputs(batch: Batch) -> Rows:
    """Isotropic rows, columns (rows,)."""
    d, n = batch["dimension"], samples(batch)
    penalty, noise, signal = batch["penalty"], batch["label_noise"], batch["signal"]
    alpha, none = n / d, penalty == 0.0
    at = corrected(d, alpha, np.where(none, 1.0, penalty), noise, signal)
    bare, large = without_penalty(d, n, noise, signal), limit(alpha, penalty, noise, signal)

    def chosen(name: str) -> Array:
        return np.asarray(np.where(none, getattr(bare, name), getattr(at, name)))

    kappa, excess = kappa_of(alpha, penalty), chosen("excess")
    with np.errstate(invalid="ignore"):
        known = np.isfinite(excess) & (excess > ROUNDED * signal)
    best: Isotropic = limit(alpha, noise / signal, noise, signal)
    return {
        "excess_error": excess,
        "test_error": excess + noise,
        "train_error": chosen("train"),
        "overlap": chosen("overlap"),
        "self_overlap": chosen("self_overlap"),
        "kappa": kappa,
        "degrees_1": d / (1.0 + kappa),
        "degrees_2": d / (1.0 + kappa) ** 2,
        "best_penalty": noise / signal,
        "best_excess_error": best.excess,
        "exact_excess_error": np.where(none, bare.excess, np.nan),
        "limit_excess_error": large.excess,
        "valid": chosen("valid").astype(bool) & known,
    }


def of_equivalent(ridge: Ridge, n: int, p: Any) -> dict[str, Any]:
    """Errors by the deterministic equivalent; the least-norm fit of n = d has infinite ones."""
    unsolved = p.penalty == 0.0 and n == ridge.modes
    fit = ridge.fit(n, p.penalty if not unsolved else 1.0)
    excess = math.inf if unsolved else fit.test - p.label_noise
    return {
        "excess_error": excess,
        "test_error": excess + p.label_noise,
        "train_error": 0.0 if unsolved else fit.train,
        "overlap": math.nan,
        "self_overlap": math.nan,
        "kappa": 0.0 if unsolved else fit.kappa,
        "degrees_1": ridge.degrees(fit.kappa),
        "degrees_2": ridge.degrees(fit.kappa, 2),
        "best_penalty": ridge.best(n).penalty,
        "limit_excess_error": math.nan,
        "valid": not unsolved and fit.size >= LEAST_SIZE and excess > ROUNDED * fit.test,
    } | dict.fromkeys(BY_INPUT, math.nan)


def on_modes(row: Row) -> dict[str, Any]:
    """Power-law design."""
    s, c = power_law(row.p)
    return of_equivalent(Ridge(s, c, row.p.label_noise), samples(row.p), row.p)


def on_features(row: Row) -> dict[str, Any]:
    """Random features, given these; beside it their large-size limit."""
    p, n, width = row.p, samples(row.p), features(row.p)
    alpha, psi = n / p.dimension, width / p.dimension
    large = typical(psi, p.activation, p.label_noise, p.signal)
    beside = abs(width / n - 1.0) <= 0.1
    if max(width, p.dimension) <= MOST_FEATURES:
        ridge = given(drawn_features(row.batch, row.index, p), p.activation, p.label_noise)
        found = of_equivalent(ridge, n, p)
        least = LEAST_BESIDE_PEAK if beside else LEAST_DIMENSION
        found["valid"] &= p.dimension >= least
    else:
        found = of_equivalent(large, alpha, p) | {"valid": False}
    unsolved = p.penalty == 0.0 and n == width
    test = math.inf if unsolved else large.fit(alpha, p.penalty).test
    return found | {"limit_excess_error": test - p.label_noise}


def predict(batch: Batch) -> Rows:
    """Every row; valid where the terms that are left out are below 1 %."""
    design = batch["design"]
    plain = design == "isotropic"
    found: Rows = {}
    if plain.any():
        found = _placed(found, plain, on_inputs(batch.take(np.flatnonzero(plain))))
    if not plain.all():
        rest = batch.take(np.flatnonzero(~plain))
        rows = [on_modes(r) if r.p.design == "power_law" else on_features(r) for r in rest.rows()]
        found = _placed(found, ~plain, stacked(rows))
    return found


def _placed(found: Rows, rows: npt.NDArray[np.bool_], values: Rows) -> Rows:
    """Some rows' values put where they belong."""
    for name, column in values.items():
        whole = found.setdefault(name, np.empty(len(rows), np.asarray(column).dtype))
        whole[rows] = column
    return found
