"""Landmarks of tasks learned from fresh data."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.models.continual.fresh_tasks.orders import extreme_errors
from toysim.models.continual.fresh_tasks.theory import Problem
from toysim.models.continual.fresh_tasks.tuning import best_plasticity as tuned
from toysim.models.continual.sequences import balanced, probabilities


def _known(p: Any) -> Problem:
    chances = probabilities(p)
    if chances is None:
        raise ValueError("sequence recency depends on its past: there is no exact mean")
    given = Problem(p, chances)
    if not np.isfinite(given.data.s1):
        raise ValueError(
            f"n_samples = {p.n_samples}, dimension = {p.dimension}: the mean error is infinite "
            "with noise; lower n_samples or set noise = 0"
        )
    return given


def _extremes(p: Any) -> tuple[float, float]:
    given = _known(p)
    if p.drawn or (given.kappa != 1.0).any():
        raise ValueError("orders are compared at plasticity 1 and without a drawn sequence")
    return extreme_errors(given.start, given.far, given.chances.argmax(axis=1), given.data)


def best_order_error(p: Any) -> float:
    """Mean final error of the order from the most eccentric task to the most central."""
    return _extremes(p)[0]


def worst_order_error(p: Any) -> float:
    """Mean final error of its reverse."""
    return _extremes(p)[1]


def best_plasticity(p: Any) -> float:
    """The plasticity, one for all visits, of the least mean final error."""
    given = _known(p)
    return tuned(given.start, given.far, given.chances, given.data)


def balanced_share(p: Any) -> float:
    """(1 - rho^K)/(K (1 - rho)), rho = (1 - n/d)^V."""
    kept = (1.0 - p.n_samples / p.dimension) ** p.phase_visits
    return float(balanced(p.n_tasks, kept)[-1])
