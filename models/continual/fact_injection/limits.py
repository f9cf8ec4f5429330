"""Recall in the limit of endless injections, and the interval at which it is a half; derived."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

CLOSE = 0.5  # of eta h, below which 1 - (1 - eta h)^T keeps its digits by logarithms alone


def left_over(pull: Array, square: Array, interval: float) -> float:
    """G = sum_{m >= 1} R(m T) = sum_i f_i^2/((1 - eta h_i)^-T - 1)/|f|^2; pull = eta h."""
    near = pull < CLOSE
    with np.errstate(over="ignore"):
        slow = 1.0 / np.expm1(-interval * np.log1p(-pull[near]))
    kept = (1.0 - pull[~near]) ** interval
    found = np.sum(square[near] * slow) + np.sum(square[~near] * kept / (1.0 - kept))
    return float(found / np.sum(square))


def _modes(p: Any) -> tuple[Array, Array]:
    i = np.arange(1.0, p.n_modes + 1.0)
    return p.learning_rate * i**-p.capacity_exponent, i**-p.fact_exponent


def limit_recall(p: Any) -> float:
    """kappa G/(1 + kappa G) before the next injection; NaN where the background diverges."""
    if p.learning_rate >= 2.0:
        return math.nan
    gathered = p.strength * left_over(*_modes(p), p.interval)
    return gathered / (1.0 + gathered) if math.isfinite(gathered) else 1.0


def threshold_interval(p: Any) -> float:
    """Interval T with kappa G(T) = 1; NaN where updates overshoot."""
    if p.learning_rate >= 1.0:
        return math.nan
    return _threshold(p.n_modes, p.learning_rate, p.capacity_exponent, p.fact_exponent, p.strength)


@lru_cache(maxsize=256)
def _threshold(d: int, eta: float, a: float, b: float, kappa: float) -> float:
    from scipy.optimize import brentq  # 0.2 s to import, and seldom needed

    i = np.arange(1.0, d + 1.0)
    pull, square = eta * i**-a, i**-b

    def excess(log_interval: float) -> float:
        return math.log(kappa * left_over(pull, square, math.exp(log_interval)))

    low, high = -1.0, 1.0
    while excess(low) < 0.0:
        low -= 2.0
    while excess(high) > 0.0:
        high += 2.0
    return math.exp(brentq(excess, low, high, xtol=1e-12))
