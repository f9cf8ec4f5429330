"""The family's landmarks as functions of a model's parameters."""

from __future__ import annotations

from typing import Any

from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.regression.parameters import MOST_MODES
from toysim.models.scheduled_sgd.stability import fourth_stable_rate, largest_stable_rate


def mean_square_stable_rate(p: Any) -> float:
    """Gamma(eta) = 1."""
    if p.weight_decay:
        raise ValueError("known without weight decay alone; give weight_decay = 0")
    return float(largest_stable_rate(modes(p)[0], float(p.batch_size), p.momentum))


def fourth_moment_stable_rate(p: Any) -> float:
    """Perron value of the fourth moments 1."""
    if p.momentum or p.weight_decay or p.n_modes > MOST_MODES:
        raise ValueError(
            f"known without momentum and weight decay, up to {MOST_MODES} modes; give less"
        )
    return fourth_stable_rate(modes(p)[0], float(p.batch_size))
