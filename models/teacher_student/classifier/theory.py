"""Every observable of a convex classifier as d -> infinity, beside the best that can be done."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import ndtr

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student import bayes
from toysim.models.teacher_student.classifier.fixed_point import CLOSE, solve
from toysim.models.teacher_student.classifier.margins import largest_margin
from toysim.models.teacher_student.classifier.measures import overlaps
from toysim.models.teacher_student.classifier.parameters import noise_of
from toysim.models.teacher_student.labels import critical_ratio
from toysim.models.teacher_student.sizes import samples

# Means are off by a share of about 1.5/(d stability) (measured): from here on within 1 %. Of
# inputs with other fourth moments more.
FAR = 4.0  # of the relative distance from alpha* times sqrt(d): from there on draws are separable
LEAST_SIZE = {"gaussian": 130.0, "sign": 260.0, "student_t5": 780.0}


def of_loss(p: Any, alpha: float) -> dict[str, Any]:
    """A loss with a penalty, or with a minimiser of its own."""
    at = solve(p, alpha, p.penalty)
    size = p.dimension * at.stability
    settled = at.residual <= CLOSE and size >= LEAST_SIZE[p.input_law]
    return overlaps(p, at.m, at.q) | {
        "train_loss": at.train_loss,
        "train_error": at.train_error,
        "margin": math.nan,
        "susceptibility": at.v,
        "stability": at.stability,
        "iterations": float(at.rounds),
        "residual": at.residual,
        "valid": settled and at.q > 0.0,
    }


def of_margin(p: Any, alpha: float) -> dict[str, Any]:
    """The largest margin; q = 1/kappa^2 makes every y h at least 1."""
    cosine, kappa = largest_margin(alpha, p.probit_noise / p.signal, p.flip)
    near = alpha / critical_ratio(*(noise_of(p) or ("flip", 0.0)))
    separable = near < 1.0 - FAR / math.sqrt(p.dimension)
    m = cosine * math.sqrt(p.signal) / kappa
    return overlaps(p, m, kappa**-2) | {
        "train_loss": math.nan,
        "train_error": 0.0,
        "margin": kappa,
        "susceptibility": math.nan,
        "stability": math.nan,
        "iterations": 0.0,
        "residual": 0.0,
        "valid": p.dimension >= LEAST_SIZE[p.input_law]
        and samples(p) >= p.dimension / 2
        and separable,
    }


def best_errors(p: Any, alpha: float) -> dict[str, float]:
    """Bayes' and Gibbs' error; of two clusters Bayes' from the data, by the average of y x."""
    if p.teacher != "mixture":
        given = bayes.Labels(p.signal, p.probit_noise, p.flip, p.teacher == "logistic")
        found = bayes.errors(given, alpha)
        return {"bayes_error": found[0], "gibbs_error": found[1]}
    best = float(ndtr(-p.signal / math.sqrt(p.signal + 1.0 / alpha)))
    return {"bayes_error": best, "gibbs_error": math.nan}


def predicted(row: Row) -> dict[str, Any]:
    """Every observable and diagnostic of one row."""
    p, alpha = row.p, samples(row.p) / row.p.dimension
    found = of_margin(p, alpha) if p.loss == "hard_margin" else of_loss(p, alpha)
    noise = noise_of(p) if p.teacher != "mixture" else None
    star = critical_ratio(*noise) if noise else math.nan
    return found | best_errors(p, alpha) | {"critical_ratio": star}


def predict(batch: Batch) -> Rows:
    """Every row; valid where d is large beside 1/stability."""
    return stacked([predicted(row) for row in batch.rows()])
