"""Exact losses of ridge given the inputs, its mean over inputs, and bounds on the memoriser."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.bayes_icl.regression.problem import inputs

Array = npt.NDArray[np.float64]

NUMBERS = 2_000_000  # of the samples that bounds are means over
MOST_SAMPLES = 20_000


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p = row.p
    losses = np.full(p.n_points, np.nan)
    if p.input_set > 0:
        losses[:] = 0.0
        for x in inputs(row):
            ridge_losses(x, p.noise_variance, losses)
        losses /= p.n_sequences
    i = carried(p.dim, p.n_points, p.noise_variance)
    known, D = float(i.mean()), p.n_tasks
    with np.errstate(over="ignore"):
        upper = np.logaddexp(np.log1p(-1.0 / D) if D > 1 else -np.inf, i - math.log(D)).mean()
    found = {
        "loss_generalising": losses,
        "task_information": known,
        "gain_lower": max(0.0, known - math.log(D)),
        "gain_upper": upper,
        "ridge_asymptotic": mean_ridge(p.dim, p.n_points, p.noise_variance),
        "nearest_task": nearest_task(p.dim, D),
        "valid": p.input_set > 0,
    }
    return {name: np.asarray(value) for name, value in found.items()}


@kernel
def ridge_losses(x: Array, s2: float, losses: Array) -> None:
    """Adds x_k'S x_k before every point k, S = (1 + X'X/s2)^-1 of those before; x (n, K, d)."""
    n_sequences, n_points, dim = x.shape
    S, towards = np.empty((dim, dim)), np.empty(dim)
    for n in range(n_sequences):
        S[:] = np.eye(dim)
        for k in range(n_points):
            square = 0.0
            for i in range(dim):
                towards[i] = np.sum(S[i] * x[n, k])
                square += towards[i] * x[n, k, i]
            losses[k] += square
            for i in range(dim):
                for j in range(dim):
                    S[i, j] -= towards[i] * towards[j] / (s2 + square)


@lru_cache(maxsize=16)
def carried(d: int, K: int, s2: float) -> Array:
    """i = ln P(y | own task)/P_G(y) of samples, the same in every call:
    ln det A/2 + (y'A^-1 y - |noise|^2/s2)/2, A = 1 + X X'/s2, y in units of s.

    Their mean is I, by the mean of ln det A/2; the rest, of mean zero, is what the bound is about.
    """
    rng = np.random.default_rng(0)
    n = max(100, min(MOST_SAMPLES, NUMBERS // (K * d + d * d)))
    x = rng.standard_normal((n, K, d)) / math.sqrt(s2)
    w, noise = rng.standard_normal((n, d, 1)), rng.standard_normal((n, K, 1))
    y = x @ w + noise
    gram = np.eye(d) + x.transpose(0, 2, 1) @ x
    seen = x.transpose(0, 2, 1) @ y
    quadratic = np.sum(y * y, axis=(1, 2)) - np.sum(seen * np.linalg.solve(gram, seen), axis=(1, 2))
    rest = 0.5 * (quadratic - np.sum(noise * noise, axis=(1, 2)))
    return np.asarray(0.5 * np.linalg.slogdet(gram)[1] + rest - rest.mean())


def mean_ridge(d: int, K: int, s2: float) -> Array:
    """s2 E tr(s2 + X'X)^-1 before point k = 0..K-1, to second order in 1/d; derived.

    g = [-(s2 + k - d) + sqrt((s2 + k - d)^2 + 4 d s2)]/(2 d s2), l+- = (sqrt k +- sqrt d)^2:
    E tr = d g + [1/(l+ + s2) + 1/(l- + s2)]/4 - [(l+ + s2)(l- + s2)]^(-1/2)/2. NaN where
    |k - d| < sqrt d.
    """
    k = np.arange(float(K))
    away = s2 + k - d
    g = (-away + np.sqrt(away * away + 4.0 * d * s2)) / (2.0 * d * s2)
    plus, minus = (np.sqrt(k) + math.sqrt(d)) ** 2 + s2, (np.sqrt(k) - math.sqrt(d)) ** 2 + s2
    trace = d * g + 0.25 * (1.0 / plus + 1.0 / minus) - 0.5 / np.sqrt(plus * minus)
    return np.where(np.abs(k - d) >= math.sqrt(d), s2 * trace, np.nan)


def nearest_task(d: int, D: int) -> float:
    """E min_d |w - w_d|^2 = Gamma(1 + 2/d) V_d^(-2/d) 2 pi (1 - 2/d)^(-d/2) D^(-2/d), V_d the unit
    ball's volume: the excess of the memoriser on fresh tasks at low noise; D large, d >= 3.
    """
    if d < 3:
        return math.nan
    log_ball = 0.5 * d * math.log(math.pi) - gammaln(0.5 * d + 1.0)
    log_scale = gammaln(1.0 + 2.0 / d) - 2.0 / d * (log_ball + math.log(D))
    return float(2.0 * math.pi * math.exp(log_scale) * (1.0 - 2.0 / d) ** (-0.5 * d))


def information_threshold(p: Any) -> float:
    """log2 e^I."""
    return float(carried(p.dim, p.n_points, p.noise_variance).mean() / math.log(2.0))
