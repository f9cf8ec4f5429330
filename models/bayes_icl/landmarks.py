"""Landmarks of the urns and of the hierarchy as functions of their parameters; closed forms."""

from __future__ import annotations

from typing import Any

from toysim.models.bayes_icl import information


def distinguishable_tasks(p: Any) -> float:
    """N_eff of sequences of C balls."""
    return information.distinguishable_tasks(p.n_colours, p.context_length, p.concentration)


def risk_floor(p: Any) -> float:
    """t2 (s2/n)/(t2 + s2/n): the prior's mean is known."""
    within = p.within_variance / p.shots
    return float(p.between_variance * within / (p.between_variance + within))
