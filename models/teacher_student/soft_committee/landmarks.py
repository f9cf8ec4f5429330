"""The plateau of matched committees, how it is left, and the largest learning rate."""

from __future__ import annotations

import math
from typing import Any

from toysim.models.teacher_student.soft_committee import symmetric


def _matched(p: Any) -> int:
    if p.hidden_units != p.teacher_units:
        raise ValueError("known for hidden_units = teacher_units")
    return int(p.hidden_units)


def _on_plateau(p: Any, of: Any) -> float:
    k = _matched(p)
    value = of(k, p.learning_rate, p.label_noise) if k > 1 else math.nan
    if math.isnan(value):
        raise ValueError(
            "no plateau: it takes two units, and a learning rate that is not too large"
        )
    return float(value)


def rate_max(p: Any) -> float:
    return symmetric.rate_max(_matched(p))


def plateau_error(p: Any) -> float:
    return _on_plateau(p, symmetric.plateau_error)


def escape_slope(p: Any) -> float:
    rate = _on_plateau(p, symmetric.plateau_rate)
    if not rate > 0.0:
        raise ValueError("the plateau does not repel at this learning rate")
    return 0.5 / rate


def final_error(p: Any) -> float:
    value = symmetric.final_error(_matched(p), p.learning_rate, p.label_noise)
    if math.isnan(value):
        raise ValueError("the solution does not attract: learning_rate is at least rate_max")
    return value
