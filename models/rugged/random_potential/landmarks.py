"""Landmarks of walks in a random potential."""

from __future__ import annotations

import math
from typing import Any

from toysim.models.rugged.random_potential.problem import learning_rate


def sinai_slope(p: Any) -> float:
    """sqrt(5/6)/sigma: x sigma^2/ln^2 t has mean modulus 5/6."""
    if p.disorder not in ("binary", "gaussian"):
        raise ValueError(f"disorder = {p.disorder!r}: the law is of binary and gaussian forces")
    temperature = p.temperature * learning_rate(p.batch, p.rate_rule) / p.batch
    size = math.log((0.5 + p.bias) / (0.5 - p.bias)) if p.disorder == "binary" else p.force
    return float(math.sqrt(5.0 / 6.0) * temperature / size)
