"""Landmarks of the fit with repeated rows."""

from __future__ import annotations

from typing import Any

from toysim.models.scaling.repeated_fit.law import rise_above


def double_descent(p: Any) -> float:
    """s^2/W = 2 sqrt(1 - f)/(1 - sqrt(1 - f))."""
    if not 0.0 < p.fraction < 1.0:
        raise ValueError(
            f"fraction = {p.fraction:g}: of fresh or of repeated rows alone there is no law; "
            "give one between 0 and 1"
        )
    return rise_above(p.fraction)
