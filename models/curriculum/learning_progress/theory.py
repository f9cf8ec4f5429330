"""Exact teaching times without reward noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel

Array = npt.NDArray[np.float64]

FEW = 8.0  # share of random visits at which finished tasks are left to themselves, see ``holds``
ROOM = 10.0  # standard deviations that the budget must leave


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p, n = row.p, row.record_at
    random = float(p.n_tasks) * p.n_chain * p.unlock_at
    deviation = math.sqrt(p.n_chain * p.unlock_at * p.n_tasks * (p.n_tasks - 1.0))
    mastered, episodes = np.full(len(n), np.nan), mean_episodes(p)
    if p.teacher == "random":
        levels = p.unlock_at * np.arange(1, p.n_chain + 1)
        mastered = binom.sf(levels - 1, n[:, None], 1.0 / p.n_tasks).sum(axis=1)
    if p.teacher == "oracle":
        mastered = np.minimum(p.n_chain, n // p.unlock_at).astype(float)
    spread = {"random": deviation, "progress": min(episodes, deviation), "oracle": 0.0}[p.teacher]
    found = {
        "mastered_mean": mastered,
        "episodes": episodes,
        "speed_up": random / episodes,
        "episodes_deviation": deviation if p.teacher == "random" else np.nan,
        "valid": holds(p) and episodes + ROOM * spread <= p.max_episodes,
    }
    return {name: np.asarray(value) for name, value in found.items()}


def holds(p: Any) -> bool:
    """Whether the times are right: for progress, where tasks before the last unlocked one are done
    with when the next opens, u >= 2 (m - u + 1), or rarely met, K/eps >= 8 (m - u + 1).
    """
    if p.teacher != "progress":
        return True
    left = p.capacity - p.unlock_at + 1.0
    rare = p.n_tasks >= FEW * left * p.exploration
    return bool(p.reward_noise == 0.0 and (p.unlock_at >= 2.0 * left or rare))


def mean_episodes(p: Any) -> float:
    """Until the chain is mastered."""
    if p.teacher == "random":
        return float(p.n_tasks) * p.n_chain * p.unlock_at
    if p.teacher == "oracle":
        return float(p.n_chain * p.unlock_at)
    times = np.empty(p.capacity - p.unlock_at + 2)
    level_times(float(p.n_tasks), p.exploration, p.unlock_at, times)
    return float(times[0] + (p.n_chain - 1) * times[-1])


@kernel
def level_times(n_tasks: float, exploration: float, unlock_at: int, times: Array) -> None:
    """T(a, 0), a = 0..A: mean episodes of a level when the task before still absorbs a visits, the
    last of which finds no progress; derived.

    T(a, b) = (1 + p_a T(a-1, b) + p_b T(a, b+1))/(p_a + p_b), T(., u) = 0, active = [a > 0] +
    [b > 0]: an active task is picked with p = (1 - eps)/active + eps/K, another with eps/K; 1/K
    where none is.
    """
    times[:] = 0.0
    for b in range(unlock_at - 1, -1, -1):
        for a in range(len(times)):
            active = (a > 0) + (b > 0)
            other = exploration / n_tasks
            own = (1.0 - exploration) / active + other if active > 0 else 1.0 / n_tasks
            of_a = own if a > 0 else 0.0
            of_b = own if b > 0 else (1.0 / n_tasks if active == 0 else other)
            before = times[a - 1] if a > 0 else 0.0
            times[a] = (1.0 + of_a * before + of_b * times[a]) / (of_a + of_b)


def teaching_time(p: Any) -> float:
    """Mean episodes until the chain is mastered."""
    if not holds(p):
        raise ValueError("not known at these parameters: give reward_noise = 0 and a larger K")
    return mean_episodes(p)
