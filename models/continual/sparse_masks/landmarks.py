"""Landmarks of random subnetworks."""

from __future__ import annotations

from typing import Any

from toysim.models.continual.sparse_masks import theory


def best_density(p: Any) -> float:
    """rho* of weights that matter equally."""
    return theory.best_density(p.n_tasks, p.distance)
