"""Landmarks of structured starts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scipy.optimize import minimize_scalar

from toysim.models.deep_linear.structured_start import closed_forms as forms


def _kernel_change(p: Any, rank: float) -> float:
    """Over random tasks E rho = r/d, and the square of the change is linear in it."""
    end = forms.end_of(p.start_norm, rank, p.teacher_norm)
    return forms.kernel_change(end, rank, p.n_inputs, rank / p.n_inputs)


def _representation_change(p: Any, rank: float) -> float:
    end = forms.end_of(p.start_norm, rank, p.teacher_norm)
    return forms.representation_change(end, rank, rank / p.n_inputs)


def mean_kernel_change(p: Any) -> float:
    return _kernel_change(p, p.rank)


def _least(p: Any, change: Callable[[Any, float], float]) -> float:
    """The real rank from 1 to d at which a change is least."""
    if p.n_inputs == 1:
        return 1.0
    options = {"xatol": 1e-8}
    found = minimize_scalar(
        lambda r: change(p, r), bounds=(1.0, p.n_inputs), method="bounded", options=options
    )
    ends = {r: change(p, r) for r in (1.0, float(found.x), float(p.n_inputs))}
    return min(ends, key=lambda r: ends[r])


def best_rank(p: Any) -> float:
    return _least(p, _kernel_change)


def best_representation_rank(p: Any) -> float:
    return _least(p, _representation_change)


def _below_inputs(p: Any, rank: float) -> float:
    if rank >= p.n_inputs:
        raise ValueError(f"the law's rank {rank:.3g} is not below n_inputs = {p.n_inputs}")
    return rank


def wide_best_rank(p: Any) -> float:
    return _below_inputs(
        p, forms.best_rank_of_many_inputs(p.n_inputs, p.start_norm, p.teacher_norm)
    )


def wide_best_representation_rank(p: Any) -> float:
    return _below_inputs(
        p, forms.best_representation_rank_of_many_inputs(p.start_norm, p.teacher_norm)
    )


def direct_time(p: Any) -> float:
    if not 0.0 < p.overlap < 0.5:
        raise ValueError(f"overlap = {p.overlap:g}: give one between 0 and 1/2")
    end = forms.end_of(p.start_norm, p.rank, p.teacher_norm)
    return forms.direct_time(end, p.teacher_norm, p.overlap)


def recruiting_perturbation(p: Any) -> float:
    """eps at which both times are one: eps^2 = 2 s/((h - r)(1 + exp(2 s t)))."""
    if p.width == p.rank:
        raise ValueError("width = rank: no hidden direction is left to recruit")
    grown = 1.0 + math.exp(2.0 * p.teacher_norm * direct_time(p))
    return math.sqrt(2.0 * p.teacher_norm / ((p.width - p.rank) * grown))
