"""Exact mean losses of a pool, for random visits and for any order; derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.sequences import probabilities
from toysim.models.continual.task_pool.moments import Means, one_by_one
from toysim.models.continual.task_pool.problem import Pool, pools
from toysim.models.continual.task_pool.rates import rates
from toysim.models.continual.task_pool.steady import at_once

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEEN = 5e-4  # probability of a task unvisited so far, below which runs may all lack it
RARE = 0.1  # of a task's loss, from such runs


def predict(batch: Batch) -> Rows:
    """Every observable exactly, of this pool; valid for sequences that do not depend on the past,
    where no visit amplifies, and no runs so rare that means miss them rule a loss.
    """
    which, known = pools(batch)
    rows = stacked([_row(row, known[k]) for row, k in zip(batch.rows(), which, strict=True)])
    losses = rows["task_loss"]
    return {**rows, "pool_loss": losses.mean(axis=1), "worst_loss": losses.max(axis=1)}


def _row(row: Row, pool: Pool) -> dict[str, Any]:
    p, at = row.p, row.record_at
    chance, start = probabilities(p), np.outer(p.start, p.start) if p.start else None
    calm = bool(np.all(np.abs(1.0 - pool.share) <= 1.0 + 1e-9))
    seen = calm and chance is not None
    if calm and chance is not None and len(at):
        means = course(pool, start, chance, at)
        first = np.eye(p.dimension) / p.dimension if start is None else start
        seen = common(pool, first, chance, at, means.losses)
    else:
        means = Means(*(np.full((*size, len(at)), np.nan) for size in ((p.n_tasks,), (), ())))
    return {
        "task_loss": means.losses,
        "square_error": means.square,
        "switch_forgetting": means.forgotten,
        **rates(p, pool),
        "valid": seen,
    }


def course(pool: Pool, start: Array | None, chance: Array, at: Ints) -> Means:
    """Means after the visits ``at`` (R,), with the probabilities (T, K), from M = ``start`` or 1/d,
    in coordinates along the rows in turn, which make of them a triangle: what lies across the rows
    stays.
    """
    n_tasks, n, d = pool.directions.shape
    across = pool.directions.reshape(-1, d).T
    if start is None:
        triangle: Array = np.asarray(np.linalg.qr(across, mode="r"))
        moment = np.eye(len(triangle)) / d
        stays = 1.0 - len(triangle) / d
    else:
        basis, triangle = np.linalg.qr(across)
        moment = np.ascontiguousarray(basis.T @ start @ basis)
        stays = np.trace(start) - np.trace(moment)
    inside = pool._replace(directions=np.ascontiguousarray(triangle.T).reshape(n_tasks, n, -1))
    if np.all(chance == chance[0]):
        means = at_once(inside, moment, chance[0], at)
    else:
        means = one_by_one(inside, moment, chance, at)
    return means._replace(square=means.square + stays)


@kernel
def common(pool: Pool, start: Array, chance: Array, at: Ints, losses: Array) -> bool:
    """Whether no task's mean loss (K, R) comes from runs so rare in which it was unvisited."""
    missed, visit = np.ones(len(losses)), 0
    for k in range(len(at)):
        while visit < at[k]:
            missed *= 1.0 - chance[visit]
            visit += 1
        for j in range(len(losses)):
            if 1e-15 < missed[j] < SEEN:
                first = loss(pool.directions[j], pool.curvature[j], start)
                if missed[j] * first > RARE * losses[j, k]:
                    return False
    return True


@kernel
def loss(directions: Array, curvature: Array, moment: Array) -> float:
    """Mean loss of a task, from its directions (n, d) and M (d, d)."""
    images, mean = np.dot(directions, moment), 0.0
    for a in range(len(curvature)):
        mean += 0.5 * curvature[a] * np.dot(images[a], directions[a])
    return mean
