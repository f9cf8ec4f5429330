"""The family's landmarks as functions of a model's parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.models.scheduled_sgd.critical_batch import critical_batch
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.law import law_rates
from toysim.models.scheduled_sgd.optimal.search import Problem
from toysim.models.scheduled_sgd.regression.parameters import MOST_MODES
from toysim.models.scheduled_sgd.stability import fourth_stable_rate
from toysim.numerics.mean_square import largest_stable_rate


def mean_square_stable_rate(p: Any) -> float:
    """Gamma(eta) = 1."""
    if p.weight_decay:
        raise ValueError("known without weight decay alone; give weight_decay = 0")
    return float(largest_stable_rate(modes(p)[0], float(p.batch_size), p.momentum))


def plain_stable_rate(p: Any) -> float:
    """Gamma(eta) = 1 without momentum and decay."""
    return float(largest_stable_rate(modes(p)[0], float(p.batch_size), 0.0))


def shared_stable_rate(p: Any) -> float:
    """The same for sources whose inputs are alike: their mixture is one source of them."""
    if p.input_shift:
        raise ValueError(f"input_shift = {p.input_shift:g}: known for equal inputs; give 0")
    return plain_stable_rate(p)


def fourth_moment_stable_rate(p: Any) -> float:
    """Perron value of the fourth moments 1."""
    if p.momentum or p.weight_decay or p.n_modes > MOST_MODES:
        raise ValueError(
            f"known without momentum and weight decay, up to {MOST_MODES} modes; give less"
        )
    return fourth_stable_rate(modes(p)[0], float(p.batch_size))


def critical_batch_size(p: Any) -> float:
    """B_c of S = S_min (1 + B_c/B)."""
    h, signal = modes(p)
    if not 0.0 < p.target < 0.5 * float(signal.sum()):
        raise ValueError(
            f"target = {p.target:g}: give an excess loss above 0 and below that of the start, "
            f"{0.5 * float(signal.sum()):.3g}"
        )
    return critical_batch(h, signal, p.label_noise, p.target)


def warmup_law(p: Any) -> float:
    """Largest over first rate of [(S + s2) K(u)]^(-1/2)."""
    if p.noise != "multiplicative" or p.checkpoint_steps:
        raise ValueError("with noise multiplicative and from the start alone; give those")
    h, signal = modes(p)
    problem = Problem(h, signal, p.label_noise, float(p.batch_size), 1.0, p.rate_limit or np.inf)
    rates, _ = law_rates(problem, p.n_steps)
    return float(rates.max() / rates[0])
