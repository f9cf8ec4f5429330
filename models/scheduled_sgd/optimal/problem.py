"""What a row is given: the run before the checkpoint, and the best rates from there on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.scheduled_sgd.expectation import plain
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.search import Best, Problem, best_rates
from toysim.numerics.schedules import learning_rates

Array = npt.NDArray[np.float64]


class Plan(NamedTuple):
    """The problem from the checkpoint on, its solution, and all rates (T_0 + T,)."""

    problem: Problem
    best: Best
    rates: Array


def planned(p: Any) -> Plan:
    """The best schedule of a row; the run before a checkpoint has noise of samples."""
    h, signal = modes(p)
    batch = float(p.batch_size)
    before = np.empty(0)
    if p.checkpoint_steps:
        before = learning_rates("linear", p.checkpoint_rate, p.checkpoint_steps)
        signal = plain(h, signal, p.label_noise, batch, before).signal
    sampled = float(p.noise == "multiplicative")
    limit = p.rate_limit or np.inf
    problem = Problem(h, signal, p.label_noise, batch, sampled, limit)
    best = best_rates(problem, p.n_steps, p.start_share, p.passes_limit)
    return Plan(problem, best, np.append(before, best.rates))
