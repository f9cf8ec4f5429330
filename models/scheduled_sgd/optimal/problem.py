"""What a row is given: the run before the checkpoint, and the best rates from there on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.search import Best, Problem, best_rates
from toysim.numerics.least_squares import additive_moments, padded, plain
from toysim.numerics.schedules import learning_rates

Array = npt.NDArray[np.float64]


class Plan(NamedTuple):
    """The problem from the checkpoint on, its solution, and all rates (T_0 + T,)."""

    problem: Problem
    best: Best
    rates: Array


def mean_course(p: Any, rates: Array) -> tuple[Array, Array]:
    """Mean loss after every number of updates (T + 1,), and M of the modes (d,) at the end."""
    h, signal = modes(p)
    if p.noise == "multiplicative":
        run = plain(h, signal, p.label_noise, float(p.batch_size), rates)
        return run.course, run.signal
    end, course = padded(signal), np.empty(len(rates) + 1)
    additive_moments(end, padded(h), p.label_noise, float(p.batch_size), rates, course)
    return course, end[: len(h)]


def planned(p: Any) -> Plan:
    """The best schedule of a row, from the state that the run before a checkpoint leaves."""
    h, signal = modes(p)
    batch = float(p.batch_size)
    before = np.empty(0)
    if p.checkpoint_steps:
        before = learning_rates("linear", p.checkpoint_rate, p.checkpoint_steps)
        _, signal = mean_course(p, before)
    sampled = float(p.noise == "multiplicative")
    limit = p.rate_limit or np.inf
    problem = Problem(h, signal, p.label_noise, batch, sampled, limit)
    best = best_rates(problem, p.n_steps, p.start_share, p.passes_limit)
    return Plan(problem, best, np.append(before, best.rates))
