"""Where easy first ceases to be the best order, and when the best order turns to hard examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.models.curriculum.relevance.control import SEGMENTS, best_profile, is_optimal
from toysim.models.curriculum.relevance.limits import rate_limit

COARSE, BISECTIONS = 200, 30


def largest_rate_of_easy_first(p: Any) -> float:
    """eta_c: the least rate beyond which an exchange of examples lowers the error of easy first."""
    _differs(p)
    rates = rate_limit(p) * np.arange(1, COARSE) / COARSE
    wrong = [not is_optimal(p, True, float(rate)) for rate in rates]
    if wrong[0]:
        raise ValueError("easy first is not the best order at small rates here")
    if not any(wrong):
        raise ValueError("easy first is the best order at every stable rate here")
    k = int(np.argmax(wrong))
    low, high = float(rates[k - 1]), float(rates[k])
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if is_optimal(p, True, middle) else (low, middle)
    return 0.5 * (low + high)


def switch_of_best_order(p: Any) -> float:
    """Share of the run before the best order shows more hard than easy examples."""
    _differs(p)
    return float(np.argmax(best_profile(p) > 0.5) / SEGMENTS)


def _differs(p: Any) -> None:
    if not 0.0 < p.hard_share < 1.0 or p.easy_variance == p.hard_variance:
        raise ValueError("without easy and hard examples no order differs; give both a share")
