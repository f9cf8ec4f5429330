"""Where a pool learns slowest, as functions of the model's parameters."""

from __future__ import annotations

from typing import Any

from toysim.models.continual.task_pool.closed_forms import edges


def critical_tasks(p: Any) -> float:
    """d/n."""
    return float(p.dimension / p.n_samples)


def slowest_eigenvalue(p: Any) -> float:
    """x-."""
    return float(edges(float(p.n_tasks), p.n_samples / p.dimension)[0])
