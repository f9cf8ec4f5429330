"""What both sides are given: spectrum, fact, times of injections; and the unit of retention."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def powers(p: Any, exponent: float) -> Array:
    """i^-exponent, i = 1..d."""
    return np.asarray(np.arange(1.0, p.n_modes + 1.0) ** -exponent)


def injected_at(p: Any) -> Ints:
    """Updates before which the fact is injected, those before the end."""
    return np.asarray(p.first + p.interval * np.arange(p.n_injections))


@lru_cache(maxsize=256)
def acquired(p: Any) -> float:
    """Mean recall just after the last injection of the plain fact; NaN without one, where it is
    next to 0, and for wordings.
    """
    if p.core_share < 1.0:
        return np.nan
    kept = 1.0 - p.learning_rate * powers(p, p.capacity_exponent)
    square = powers(p, p.fact_exponent) / powers(p, p.fact_exponent).sum()
    known, before = np.zeros(p.n_modes), 0
    with np.errstate(over="ignore", invalid="ignore"):
        for t in injected_at(p).tolist():
            known = known * kept ** (t - before)
            known = known + p.strength * (1.0 - known.sum()) * square
            before = t
        after = known.sum()
    return float(after) if abs(after) > 1e-9 else np.nan
