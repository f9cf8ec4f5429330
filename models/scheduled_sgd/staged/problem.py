"""What a row is given: the rates that the stagewise search chooses, on exact losses."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.staged.forecast import forecast
from toysim.numerics.least_squares import Expected, plain

Array = npt.NDArray[np.float64]

COUNTED_BELOW = 1.0  # trials that end above this excess loss are no forecasts to be judged


class Search(NamedTuple):
    """Rate, loss at the end and relative forecast error of every stage (K,), and the largest error
    of any trial.
    """

    rates: Array
    losses: Array
    errors: Array
    worst: float

    def every_rate(self, stage_steps: int) -> Array:
        """Rates (T,) of the updates."""
        return np.repeat(self.rates, stage_steps)


def searched(p: Any) -> Search:
    """Stage by stage: every rate is tried from the state, the best one taken for the stage."""
    h, signal = modes(p)
    tried = np.geomspace(p.rate_low, p.rate_high, p.n_rates)
    chosen, worst = [], 0.0
    for _ in range(p.n_steps // p.stage_steps):
        trials = [_trial(p, h, signal, rate) for rate in tried]
        judged = np.array([_judged(p, trial.course) for trial in trials])
        ends = np.array([trial.course[-1] for trial in trials])
        best = int(np.argmin(np.where(np.isfinite(judged), judged, np.inf)))
        with np.errstate(all="ignore"):
            errors = np.abs(judged / ends - 1.0)
        worst = max(worst, float(np.max(errors[ends < COUNTED_BELOW], initial=0.0)))
        chosen.append((tried[best], ends[best], errors[best]))
        signal = trials[best].signal
    rates, losses, missed = np.array(chosen).T
    return Search(rates, losses, missed, worst)


def _trial(p: Any, h: Array, signal: Array, rate: float) -> Expected:
    rates = np.full(p.stage_steps, rate)
    return plain(h, signal, p.label_noise, float(p.batch_size), rates)


def _judged(p: Any, course: Array) -> float:
    """What a rate is chosen by, from the losses (tau + 1,) of its stage."""
    seen = course[: p.trial_steps + 1]
    if p.evaluation == "exact" or not np.isfinite(seen).all():
        return float(course[-1])
    return float(forecast(seen, p.stage_steps) if p.evaluation == "forecast" else seen[-1])
