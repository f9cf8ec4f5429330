"""Episodes of a teacher and a learner on a chain of tasks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RANDOM, PROGRESS, ORACLE = 0, 1, 2
TEACHERS = {"random": RANDOM, "progress": PROGRESS, "oracle": ORACLE}


@kernel
def chosen(rng: Any, teacher: int, exploration: float, alp: Array, n_mastered: int) -> int:
    """The task that the teacher picks; ``alp`` (K,): absolute learning progress."""
    n_tasks = len(alp)
    if teacher == ORACLE:
        return n_mastered
    if teacher == PROGRESS and rng.random() >= exploration:
        total = 0.0
        for k in range(n_tasks):
            total += alp[k]
        left = rng.random() * total
        for k in range(n_tasks if total > 0.0 else 0):
            left -= alp[k]
            if left < 0.0:
                return k
    return min(int(rng.random() * n_tasks), n_tasks - 1)


@kernel
def teach(
    choices: Any,
    noises: Any,
    teacher: int,
    exploration: float,
    noise: float,
    sizes: Ints,
    last_episode: int,
    keep_at: Ints,
    mastered: Array,
) -> int:
    """Episodes until the chain is mastered, or -1 where ``last_episode`` of them did not do.

    ``sizes``: K, K_l, m, u; ``mastered`` (R,): tasks of competence u after ``keep_at`` episodes.
    Goes on to the last record.
    """
    n_chain, capacity, unlock_at = sizes[1], sizes[2], sizes[3]
    alp, last = np.zeros(sizes[0]), np.zeros(sizes[0])
    competence, n_mastered, n_episodes, kept, episode = np.zeros(n_chain), 0, -1, 0, 0
    while True:
        while kept < len(keep_at) and keep_at[kept] == episode:
            mastered[kept] = n_mastered
            kept += 1
        waits = n_episodes < 0 and episode < last_episode
        if not waits and kept == len(keep_at):
            return n_episodes
        k = chosen(choices, teacher, exploration, alp, min(n_mastered, n_chain - 1))
        reward = 0.0
        if k < n_chain:
            open_ = k == 0 or competence[k - 1] >= unlock_at
            if open_ and competence[k] < capacity:
                competence[k] += 1.0
                n_mastered += competence[k] == unlock_at
            reward = competence[k] / capacity
        if noise > 0.0:
            reward += noise * noises.standard_normal()
        alp[k], last[k] = abs(reward - last[k]), reward
        episode += 1
        if n_mastered == n_chain and n_episodes < 0 and episode <= last_episode:
            n_episodes = episode


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"), Status.STEP_BUDGET)


def _row(row: Row) -> Rows:
    p, mastered = row.p, np.empty(len(row.record_at))
    episodes = teach(
        row.generator("teacher"),
        row.generator("reward"),
        TEACHERS[p.teacher],
        p.exploration,
        p.reward_noise,
        np.array([p.n_tasks, p.n_chain, p.capacity, p.unlock_at]),
        p.max_episodes,
        row.record_at,
        mastered,
    )
    return {
        "mastered": mastered,
        "episodes": np.asarray(float(episodes) if episodes >= 0 else np.nan),
        "failed_at": np.asarray(-1 if episodes >= 0 else p.max_episodes),
    }
