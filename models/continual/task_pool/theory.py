"""Exact mean losses of a pool, for random visits and for any order; derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.sequences import probabilities
from toysim.models.continual.task_pool.problem import Pool, pools
from toysim.models.continual.task_pool.rates import rates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEEN = 5e-4  # probability of a task unvisited so far, below which runs may all lack it
RARE = 0.1  # of a task's loss, from such runs


@kernel
def advance(moment: Array, directions: Array, share: Array, chance: Array, room: Array) -> None:
    """M <- sum_j q_j B_j M B_j, B_j = 1 - V_j' C_j V_j, in place, M (d, d) symmetric.

    With T_j = q_j C_j [(V_j M V_j') C_j V_j/2 - V_j M] this is M + P + P', P = sum_j V_j' T_j: the
    sum with the transpose keeps M symmetric to the last bit, without which it runs away.
    ``room`` (2, K n, d).
    """
    n, d = directions.shape[1], directions.shape[2]
    used = 0
    for j in range(len(chance)):
        if chance[j] > 0.0:
            room[0, used : used + n] = directions[j]
            used += n
    rows, terms = room[0, :used], room[1, :used]
    np.dot(rows, moment, terms)
    used = 0
    for j in range(len(chance)):
        if chance[j] > 0.0:
            image = terms[used : used + n]
            inner = np.dot(image, directions[j].T)
            for a in range(n):
                for b in range(n):
                    inner[a, b] *= 0.5 * share[j, b]
            both = np.dot(inner, directions[j])
            for a in range(n):
                for i in range(d):
                    image[a, i] = chance[j] * share[j, a] * (both[a, i] - image[a, i])
            used += n
    part = np.dot(rows.T, terms)
    for i in range(d):
        for j in range(i + 1):
            moment[i, j] += part[i, j] + part[j, i]
            moment[j, i] = moment[i, j]


def predict(batch: Batch) -> Rows:
    """Every observable exactly, of this pool; valid for sequences that do not depend on the past,
    where no visit amplifies, and no runs so rare that means miss them rule a loss.
    """
    which, known = pools(batch)
    return stacked([_row(row, known[k]) for row, k in zip(batch.rows(), which, strict=True)])


def _row(row: Row, pool: Pool) -> dict[str, Any]:
    p, at = row.p, row.record_at
    chance = probabilities(p)
    calm = chance is not None and bool(np.all(np.abs(1.0 - pool.share) <= 1.0 + 1e-9))
    losses = np.full((p.n_tasks, len(at)), np.nan)
    square, forgotten = np.full((2, len(at)), np.nan)
    start = first_moment(p)
    if chance is not None and calm:
        course(pool, start, chance, at, losses, square, forgotten)
    return {
        "task_loss": losses,
        "pool_loss": losses.mean(axis=0),
        "square_error": square,
        "switch_forgetting": forgotten,
        "worst_loss": losses.max(axis=0),
        **rates(p, pool),
        "valid": calm and chance is not None and common(pool, start, chance, at, losses),
    }


def first_moment(p: Any) -> Array:
    """M at the start (d, d)."""
    if p.start:
        return np.outer(p.start, p.start)
    return np.asarray(np.eye(p.dimension) / p.dimension)


def along(pool: Pool, moment: Array) -> Array:
    """Mean squares (K, n) along the directions."""
    square = np.sum((pool.directions @ moment) * pool.directions, axis=2)
    return np.asarray(np.maximum(square, 0.0))


def course(
    pool: Pool,
    start: Array,
    chance: Array,
    at: Ints,
    losses: Array,
    square: Array,
    forgotten: Array,
) -> None:
    """Mean losses (K, R), square error and forgetting at a switch (R,) after the visits ``at``."""
    moment, kept = start.copy(), 0
    older = old = moment  # two visits and one visit back
    room = np.empty((2, pool.curvature.size, len(start)))
    for t in range(int(at[-1]) + 1 if len(at) else 0):
        while kept < len(at) and at[kept] == t:
            losses[:, kept] = pool.losses(along(pool, moment))
            square[kept] = np.trace(moment)
            forgotten[kept] = at_a_switch(pool, older, *chance[t - 2 : t]) if t > 1 else 0.0
            kept += 1
        older, old = old, moment
        if t < at[-1]:
            moment = moment.copy()
            advance(moment, pool.directions, pool.share, chance[t], room)


def at_a_switch(pool: Pool, moment: Array, earlier: Array, later: Array) -> float:
    """sum_{i != l} q'_i q_l tr(H_i B_l B_i M B_i B_l)/2, M two visits back."""
    total, room = 0.0, np.empty((2, pool.share.shape[1], len(moment)))
    for i in np.flatnonzero(earlier):
        after, own = moment.copy(), pool.directions[i]
        one = slice(i, i + 1)
        advance(after, pool.directions[one], pool.share[one], np.ones(1), room)
        to = np.flatnonzero(later)
        to = to[to != i]
        taken = (own @ pool.directions[to].transpose(0, 2, 1)) * pool.share[to][:, None, :]
        moved = own - taken @ pool.directions[to]  # V_i B_l (L, n, d)
        left = np.sum((moved @ after) * moved, axis=2) @ pool.curvature[i]
        total += 0.5 * earlier[i] * float(later[to] @ left)
    return total


def common(pool: Pool, start: Array, chance: Array, at: Ints, losses: Array) -> bool:
    """Whether no task's mean loss comes from runs so rare in which it was not yet visited."""
    missed = np.vstack([np.ones(len(losses)), np.cumprod(1.0 - chance, axis=0)])[at].T
    first = pool.losses(along(pool, start))[:, None]
    rare = (missed > 1e-15) & (missed < SEEN) & (missed * first > RARE * losses)
    return not bool(rare.any())
