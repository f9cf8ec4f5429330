"""Where l1 finds a sparse signal without noise."""

from __future__ import annotations

from typing import Any

from toysim.models.teacher_student.lasso import state_evolution
from toysim.models.teacher_student.sizes import samples


def critical_density(p: Any) -> float:
    """eps_c of the row's own n/d."""
    alpha = samples(p) / p.dimension
    if alpha >= 1.0:
        raise ValueError(
            f"sample_ratio = {p.sample_ratio:g}: from 1 on every signal is found; give less than 1"
        )
    return state_evolution.critical_density(alpha)
