"""Strength from exposure to exposure, without the steps between them, and the best gap."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.fast_slow_memory.closed_forms import best_gap, fed
from toysim.models.continual.fast_slow_memory.problem import ladder

Array = npt.NDArray[np.float64]

LONGEST_GAP = 2**17  # that is looked for with more than two levels


def predict(batch: Batch) -> Rows:
    """Every observable exactly."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p = row.p
    best = best_gap(p.lag, p.fast_decay, p.slow_decay, p.feed, p.gain)
    if p.n_levels > 2:
        best = best_of_chain(p)
    strength = strengths(p, np.append(row.record_at, p.end))
    return {
        "strength": strength[:-1],
        "final_strength": strength[-1],
        "best_gap": np.fmax(best, 1.0),
        "spacing_effect": best > 0.0,
        "valid": True,
    }


def strengths(p: Any, at: Any) -> Array:
    """Sum of the traces after the steps ``at`` (R,), rising.

    Between exposures the traces x (L,) go on linearly, x <- A^dt x.
    """
    x, now, found = np.zeros(p.n_levels), 0, np.empty(len(at))
    steps = [(int(t), -1) for t in p.exposures] + [(int(t), k) for k, t in enumerate(at)]
    for t, kept in sorted(steps):
        x, now = steps_of(p, t - now) @ x, t
        if kept < 0:
            x[0] += p.gain * (1.0 - x[0])
        else:
            found[kept] = x.sum()
    return found


def steps_of(p: Any, n: int) -> Array:
    """A^n (L, L): closed for two levels, else by squaring."""
    if p.n_levels == 2:
        slow = fed(n, p.fast_decay, p.slow_decay, p.feed)
        return np.array([[p.fast_decay**n, 0.0], [slow, p.slow_decay**n]])
    return np.linalg.matrix_power(one_step(p), n)


def one_step(p: Any) -> Array:
    """A_lj = r_j k_{j+1} ... k_l for l >= j: every level is fed with the new one before it."""
    decays, feeds = ladder(p, p.n_levels)
    step = np.diag(decays)
    for level in range(1, p.n_levels):
        step[level] += feeds[level] * step[level - 1]
    return step


def best_of_chain(p: Any) -> float:
    """The whole gap of two exposures with the largest strength; NaN where closer is always better,
    and where it is longer than ``LONGEST_GAP``.
    """
    traces = np.zeros((p.n_levels, 1))
    traces[0] = p.gain
    power = one_step(p)
    while traces.shape[1] < LONGEST_GAP:  # after 0, 1, ... steps
        traces = np.hstack([traces, power @ traces])
        power = power @ power
    traces[0] += p.gain * (1.0 - traces[0])
    left = np.ones(p.n_levels) @ np.linalg.matrix_power(one_step(p), p.lag)
    best = 1 + int(np.argmax(left @ traces[:, 1:]))
    return float(best) if 1 < best < LONGEST_GAP - 1 else np.nan
