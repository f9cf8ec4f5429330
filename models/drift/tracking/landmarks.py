"""Landmarks of tracking."""

from __future__ import annotations

from typing import Any

from toysim.models.drift.tracking.gains import (
    best_switch_gain,
    kalman_gain,
    price,
    switch_error,
    walk_error,
)

SLOW = 0.03  # of the best gain: memories up to which the price is right to 5 % of the error


def best_gain(p: Any) -> float:
    """Of a walk the Kalman gain; of a switching target by bounded minimisation."""
    if p.target == "walk":
        _moving(p.drift, "drift")
        return kalman_gain(p.drift, p.noise)
    _moving(p.switch_probability, "switch_probability")
    _moving(p.switch_variance, "switch_variance")
    return best_switch_gain(p.switch_probability, p.switch_variance, p.noise)


def least_error(p: Any) -> float:
    """The error there; of a walk g* s2."""
    g = best_gain(p)
    if p.target == "walk":
        return walk_error(g, p.drift, p.noise)
    return switch_error(g, p.switch_probability, p.switch_variance, p.noise)


def regulation_price(p: Any) -> float:
    """P''(g*) kappa (1 - g*)^2/2."""
    if p.target != "walk":
        raise ValueError("target = 'switch': the price is known for a walk; give target = 'walk'")
    g = best_gain(p)
    if p.memory >= SLOW * g:
        raise ValueError(f"memory = {p.memory:g}: the law is for slow ones, below {SLOW * g:.3g}")
    return price(g, p.drift, p.noise, p.memory)


def _moving(value: float, name: str) -> None:
    if value <= 0.0:
        raise ValueError(f"{name} = 0: a target at rest has no best gain; give {name} > 0")
