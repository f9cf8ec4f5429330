"""A large pool of random tasks: the spectrum of its mean projector; derived, free projections."""

from __future__ import annotations

from typing import Any

import numpy as np


def edges(n_tasks: Any, share: Any) -> tuple[Any, Any]:
    """x-, x+ = (sqrt(g (K-1)) -+ sqrt(1 - g))^2/K of K tasks with the share g = n/d of rows."""
    across, own = np.sqrt(share * (n_tasks - 1.0)), np.sqrt(1.0 - share)
    return (across - own) ** 2 / n_tasks, (across + own) ** 2 / n_tasks


def most_forgotten(visits: int) -> tuple[float, float]:
    """cos^2 of two tasks of one row at which the first is forgotten most after ``visits`` in turn,
    even, it the first; and its loss there as a share of |delta|^2/2 after the first visit (derived,
    after arXiv:2205.09588).
    """
    return (visits - 1.0) / visits, (1.0 - 1.0 / visits) ** (visits - 1) / visits
