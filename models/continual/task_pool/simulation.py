"""Visits to the tasks of a pool, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.continual.sequences import sequences
from toysim.models.continual.task_pool.problem import pools
from toysim.numerics.reductions import dot
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12  # times the start


@kernel
def task_loss(directions: Array, curvature: Array, delta: Array) -> float:
    """delta'H delta/2 of a task with ``directions`` (n, d), ``curvature`` (n,)."""
    loss = 0.0
    for a in range(len(directions)):
        along = dot(directions[a], delta)
        loss += 0.5 * curvature[a] * along * along
    return loss


@kernel
def visit(
    directions: Array,
    curvature: Array,
    share: Array,
    tasks: Ints,
    keep_at: Ints,
    delta: Array,
    losses: Array,
    square: Array,
    forgotten: Array,
) -> int:
    """delta <- delta - V' (share * V delta) of task after task, V = ``directions`` (K, n, d).

    After the visits ``keep_at`` (R,), rising: ``losses`` (K, R), |delta|^2, and the loss of the
    task before the last, ``forgotten`` (R,), 0 if the two are one. Returns -1, or the visit after
    which the error escaped.
    """
    n, d = directions.shape[1], directions.shape[2]
    along, limit, kept = np.empty(n), ESCAPED * dot(delta, delta), 0
    for t in range(len(tasks) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            for j in range(len(directions)):
                losses[j, kept] = task_loss(directions[j], curvature[j], delta)
            square[kept] = dot(delta, delta)
            switched = t > 1 and tasks[t - 2] != tasks[t - 1]
            forgotten[kept] = losses[tasks[t - 2], kept] if switched else 0.0
            kept += 1
        if t == len(tasks):
            return -1
        j = tasks[t]
        for a in range(n):
            along[a] = share[j, a] * dot(directions[j, a], delta)
        for a in range(n):
            for i in range(d):
                delta[i] -= along[a] * directions[j, a, i]
        if not dot(delta, delta) <= limit:
            return t + 1
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    which, known = pools(batch)
    tasks, shape = sequences(batch), batch.record_at.shape
    losses = np.full((len(batch), _n_tasks(batch), shape[1]), np.nan)
    square, forgotten = np.full((2, *shape), np.nan)
    failed_at = np.empty(len(batch), np.int64)
    for i, row in enumerate(batch.rows()):
        p, at = row.p, batch.record_at[i]
        delta = np.array(p.start) if p.start else -row.normal("start", p.dimension)
        delta = delta if p.start else delta / np.sqrt(p.dimension)
        visited, pool = tasks[i, : p.n_visits], known[int(which[i])]
        failed_at[i] = visit(*pool, visited, at, delta, losses[i], square[i], forgotten[i])
    return {
        "task_loss": losses,
        "pool_loss": losses.mean(axis=1),
        "square_error": square,
        "switch_forgetting": forgotten,
    } | ended(failed_at)


def _n_tasks(batch: Batch) -> int:
    return int(batch["n_tasks"][0]) if len(batch) else 0
