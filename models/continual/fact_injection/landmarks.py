"""The learnability threshold as a function of the model's parameters."""

from __future__ import annotations

from typing import Any

from toysim.models.continual.fact_injection.limits import threshold_interval


def learnability_threshold(p: Any) -> float:
    """Interval at which the recall before the next injection tends to 1/2."""
    if p.learning_rate >= 1.0:
        raise ValueError(
            f"learning_rate = {p.learning_rate:g}: updates overshoot the first mode; give one "
            "below 1"
        )
    return threshold_interval(p)
