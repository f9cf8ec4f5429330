"""Closed forms of the memory on two time scales; derived."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def log_ratio(fast: float, slow: float) -> float:
    """ln(r_s/r_f), also where they are close."""
    return math.log(slow / fast) if slow > 2.0 * fast else math.log1p((slow - fast) / fast)


def fed_share(t: Any, fast: float, slow: float, feed: float) -> Any:
    """``fed`` over r_s^t."""
    return feed * fast * -np.expm1(-t * log_ratio(fast, slow)) / (slow - fast)


def fed(t: Any, fast: float, slow: float, feed: float) -> Any:
    """Slow trace t steps after the fast one was lifted by 1: k r_f (r_s^t - r_f^t)/(r_s - r_f)."""
    return np.power(slow, np.asarray(t, float)) * fed_share(t, fast, slow, feed)


def strength_of_two(
    gap: Any, lag: float, fast: float, slow: float, feed: float, gain: float
) -> Any:
    """Strength ``lag`` steps after the second of two exposures ``gap`` steps apart (any shape)."""
    gap = np.asarray(gap, float)
    left = fast**lag + fed(lag, fast, slow, feed)
    lifted = gain + gain * (1.0 - gain) * fast**gap
    return lifted * left + gain * slow**lag * fed(gap, fast, slow, feed)


def best_gap(lag: float, fast: float, slow: float, feed: float, gain: float) -> float:
    """Gap of two exposures with the largest strength after ``lag`` steps; real, NaN where closer is
    always better.
    """
    gained = feed * gain * fast / (slow - fast)  # of the slow trace, for r_s^gap - r_f^gap
    if gained <= 0.0:
        return math.nan
    left = (fast / slow) ** lag + fed_share(lag, fast, slow, feed)
    return _stationary(1.0 - gain * (1.0 - gain) * left / gained, fast, slow)


def late_best_gap(fast: float, slow: float, gain: float) -> float:
    """``best_gap`` at long lags: ln(a ln r_f/ln r_s)/ln(r_s/r_f)."""
    return _stationary(gain, fast, slow)


def _stationary(bracket: float, fast: float, slow: float) -> float:
    """ln(bracket ln r_f/ln r_s)/ln(r_s/r_f), NaN unless positive."""
    ratio = bracket * math.log(fast) / math.log(slow)
    return math.log(ratio) / log_ratio(fast, slow) if ratio > 1.0 else math.nan
