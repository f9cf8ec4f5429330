"""Thresholds of separability."""

from __future__ import annotations

import math
from typing import Any

from toysim.models.teacher_student import labels


def critical_ratio(p: Any) -> float:
    star = labels.critical_ratio(p.teacher, p.strength)
    if math.isinf(star):
        raise ValueError("without label noise a teacher's labels are separable at every ratio")
    return star


def gardner_capacity(p: Any) -> float:
    return labels.gardner_capacity(p.margin)
