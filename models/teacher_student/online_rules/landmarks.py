"""Floors, constants of late times and the Adatron's best rate."""

from __future__ import annotations

import math
from typing import Any

from toysim.models.teacher_student.online_rules.ends import asymptote, floor


def error_floor(p: Any) -> float:
    if p.rule == "margin":
        raise ValueError("rule = margin: no label noise is allowed, and no floor is left")
    return floor(p.rule, p.learning_rate, p.flip)


def best_rate(p: Any) -> float:
    if p.rule != "adatron" or p.flip > 0.0:
        raise ValueError("the best rate is that of rule = adatron with flip = 0")
    return 1.5


def late_constant(p: Any) -> float:
    constant = asymptote(p.rule, p.learning_rate, p.flip, 1.0)
    if math.isnan(constant):
        raise ValueError(f"rule = {p.rule} with flip = {p.flip:g}: the error falls by no known law")
    return constant
