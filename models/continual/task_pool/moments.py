"""Second moments of a pool's error, visit after visit; derived."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.continual.task_pool.problem import Pool
from toysim.models.continual.task_pool.visiting import Room, Visit, advance, room, visit

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Means(NamedTuple):
    """Losses (K, R), mean squared error and loss of the task left at a switch, both (R,)."""

    losses: Array
    square: Array
    forgotten: Array


def along(pool: Pool, moment: Array) -> Array:
    """Mean squares (K, n) along the directions."""
    square = np.sum((pool.directions @ moment) * pool.directions, axis=2)
    return np.asarray(np.maximum(square, 0.0))


@kernel
def switching(
    directions: Array, curvature: Array, share: Array, earlier: Array, later: Array
) -> Array:
    """S of the mean loss <S, M> of the task left at a switch, M two visits back:
    S = sum_{i != l} q'_i q_l B_i B_l H_i B_l B_i/2 (d, d).
    """
    n_tasks, n, d = directions.shape
    rows, moved = directions.reshape(n_tasks * n, d), np.empty((n_tasks * n, d))
    total = np.zeros((d, d))
    for i in range(n_tasks):
        if earlier[i] == 0.0:
            continue
        own = directions[i]
        across = np.dot(own, rows.T)
        for j in range(n_tasks):
            block = moved[j * n : (j + 1) * n]
            block[:] = 0.0
            if j != i and later[j] > 0.0:  # V_i B_j
                taken = across[:, j * n : (j + 1) * n] * share[j]
                block[:] = own - np.dot(taken, directions[j])
        moved -= np.dot(np.dot(moved, own.T) * share[i], own)
        for j in range(n_tasks):
            for a in range(n):
                moved[j * n + a] *= np.sqrt(0.5 * earlier[i] * later[j] * curvature[i, a])
        total += np.dot(moved.T, moved)
    return total


def one_by_one(pool: Pool, start: Array, chance: Array, at: Ints) -> Means:
    """Means after the visits ``at`` (R,), visit by visit with the probabilities (T, K)."""
    means, moment, after, now = _empty(pool, at), start.copy(), np.empty_like(start), 0
    which, visits = _visits(pool, chance)
    for t in np.unique(np.concatenate([at, at[at > 1] - 2])).tolist():
        for k in which[now:t]:
            advance(moment, *visits[k], after)
            moment, after = after, moment
        now, here, left = t, at == t, at == t + 2
        means.losses[:, here] = pool.losses(along(pool, moment))[:, None]
        means.square[here] = np.trace(moment)
        if left.any():
            means.forgotten[left] = np.sum(switching(*pool, *chance[t : t + 2]) * moment)
    return means


def _visits(pool: Pool, chance: Array) -> tuple[list[int], list[tuple[Visit, Room]]]:
    """Which of the different visits each is (T,), and those, to the tasks that have a chance."""
    different, which = np.unique(chance, axis=0, return_inverse=True)
    some = [(q > 0.0, q) for q in different]
    visits = [visit(pool.directions[j], pool.share[j], q[j]) for j, q in some]
    return which.ravel().tolist(), [(of, room(of)) for of in visits]


def _empty(pool: Pool, at: Ints) -> Means:
    return Means(np.empty((len(pool.share), len(at))), np.empty(len(at)), np.zeros(len(at)))
