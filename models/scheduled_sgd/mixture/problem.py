"""What a row is given: sources, how samples are drawn from them, and the rates."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.scheduled_sgd.modes import power_modes
from toysim.numerics.schedules import learning_rates

Array = npt.NDArray[np.float64]

GOLDEN, PHASE = 0.6180339887, 0.37


class Sources(NamedTuple):
    """Input variances and teachers of the sources, both (K, d)."""

    h: Array
    teachers: Array


class Run(NamedTuple):
    """Share of samples from every source (K stages, K), updates of the stages (K,), rates (T,)."""

    shares: Array
    stages: npt.NDArray[np.int64]
    rates: Array


def signs(d: int, source: int, of_two: bool) -> Array:
    """+-1 (d,), as good as drawn: +1 where the fractional part is below a half."""
    i = np.arange(d)
    place = GOLDEN * i if of_two else GOLDEN * i * (source + 1) + PHASE * source
    return np.where(place % 1.0 < 0.5, 1.0, -1.0)


def sources(p: Any) -> Sources:
    """Of two the first is as it is; of more all are shifted."""
    h, signal = power_modes(p.n_modes, p.capacity_exponent, p.signal_exponent)
    teacher = np.sqrt(signal / h)
    all_h, teachers = np.empty((2, p.n_sources, p.n_modes))
    across = np.sqrt(1.0 - p.similarity**2)
    for k in range(p.n_sources):
        two = p.n_sources == 2
        sigma = signs(p.n_modes, k, two)
        if two and k == 0:
            all_h[k], teachers[k] = h, teacher
            continue
        shifted = h * np.exp(p.input_shift * sigma)
        all_h[k] = shifted * (h.sum() / shifted.sum())
        teachers[k] = teacher * (p.similarity + sigma * across)
    return Sources(all_h, teachers)


def run(p: Any) -> Run:
    """Stage k has its own source, and replay evenly from those before."""
    shares = np.eye(p.n_sources)
    for k in range(1, p.n_sources):
        shares[k, :k], shares[k, k] = p.replay / k, 1.0 - p.replay
    return Run(shares, np.array(p.stages, np.int64), rates(p))


def rates(p: Any) -> Array:
    """Rates (T,) of all stages."""
    peak, warm = p.learning_rate_old, p.warmup_steps
    if p.schedule_old == "infinite":
        phases = {"cooldown_steps": p.cooldown_steps, "constant_share": p.constant_share}
        told = (warm, p.anneal_steps, p.anneal_share)
        return learning_rates("infinite", peak, sum(p.stages), *told, **phases)
    first = learning_rates(p.schedule_old, peak, p.stages[0], warm)
    if p.n_sources > 2:
        return np.tile(first, p.n_sources)
    if not p.rewarm:
        return np.append(first, np.full(p.n_steps_new, p.rate_floor))
    again = learning_rates(p.schedule_new, p.learning_rate_new, p.n_steps_new, warm)
    return np.append(first, again)
