"""Second moments of a pool's error, visit after visit, or all of them at once; derived."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.continual.task_pool.problem import Pool

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOLERANCE = 1e-13  # of a moment, what reading it off may miss
LEAST = 1e-100  # of the start; smaller moments are known to TOLERANCE of this
FIRST = 3.5  # times sqrt(t) steps before a first look at what is missing (4 to 5 are enough)
GROWTH = 16  # a sixteenth more before the next


class Means(NamedTuple):
    """Losses (K, R), mean squared error and loss of the task left at a switch, both (R,)."""

    losses: Array
    square: Array
    forgotten: Array


@kernel
def advance(
    moment: Array, directions: Array, share: Array, chance: Array, along: Array, room: Array
) -> None:
    """M <- sum_j q_j B_j M B_j, B_j = 1 - V_j' C_j V_j, in place, M (d, d) symmetric.

    With T_j = q_j C_j [(V_j M V_j') C_j V_j/2 - V_j M] this is M + P + P', P = sum_j V_j' T_j: the
    sum with the transpose keeps M symmetric to the last bit, without which it runs away.
    ``along`` (K, n) gets the mean squares along the directions before the visit, of the tasks that
    may be visited; ``room`` (2, K n, d).
    """
    n, d = directions.shape[1], directions.shape[2]
    used = 0
    for j in range(len(chance)):
        if chance[j] > 0.0:
            room[0, used : used + n] = directions[j]
            used += n
    rows, terms = room[0, :used], room[1, :used]
    np.dot(rows, moment, terms)
    inner, both = np.empty((n, n)), np.empty((n, d))
    used = 0
    for j in range(len(chance)):
        if chance[j] > 0.0:
            image = terms[used : used + n]
            np.dot(image, directions[j].T, inner)
            for a in range(n):
                along[j, a] = inner[a, a]
                for b in range(n):
                    inner[a, b] *= 0.5 * share[j, b]
            np.dot(inner, directions[j], both)
            for a in range(n):
                for i in range(d):
                    image[a, i] = chance[j] * share[j, a] * (both[a, i] - image[a, i])
            used += n
    part = np.dot(rows.T, terms)
    for i in range(d):
        for j in range(i + 1):
            moment[i, j] += part[i, j] + part[j, i]
            moment[j, i] = moment[i, j]


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
    means, moment, now = _empty(pool, at), start.copy(), 0
    room, square = np.empty((2, pool.share.size, len(start))), np.empty(pool.share.shape)
    for t in np.unique(np.concatenate([at, at[at > 1] - 2])).tolist():
        for visit in range(now, t):
            advance(moment, pool.directions, pool.share, chance[visit], square, room)
        now, here, left = t, at == t, at == t + 2
        means.losses[:, here] = pool.losses(along(pool, moment))[:, None]
        means.square[here] = np.trace(moment)
        if left.any():
            means.forgotten[left] = np.sum(switching(*pool, *chance[t : t + 2]) * moment)
    return means


def _empty(pool: Pool, at: Ints) -> Means:
    return Means(np.empty((len(pool.share), len(at))), np.empty(len(at)), np.zeros(len(at)))


def at_once(pool: Pool, start: Array, chance: Array, at: Ints) -> Means:
    """The same where the probabilities (K,) stay: M_t = L^t M_0, L symmetric, read off its first
    powers. In Lanczos's basis Q of these, L is tridiagonal: L Q = Q T + beta_k Q_(k+1) e_k', hence
    |M_t - Q T^t e_1 |M_0|| <= sum_{s<t} beta_k |(T^s e_1)_k| |M_0|, as |L| <= 1. Powers are taken
    until that is nothing: some 4 sqrt(t) of them, 84 for 300 visits (measured).
    """
    last, (n_tasks, n), d = int(at[-1]), pool.share.shape, len(start)
    most = last + 1
    seen, t = np.empty((n_tasks + 2, most)), np.zeros((2, most))
    basis, size = np.zeros((3, d, d)), float(np.linalg.norm(start))
    # Symmetric to the last bit, which BLAS does not promise of a start: its errors run away.
    basis[1] = (start + start.T) / (2.0 * size)
    left = switching(*pool, chance, chance) if last > 1 else np.zeros((d, d))
    room, square, k = np.empty((2, pool.share.size, d)), np.empty((n_tasks, n)), 0
    found = np.empty((n_tasks + 2, len(at)))
    while True:
        upto = min(most, k + k // GROWTH + 1 if k else 4 + int(FIRST * last**0.5))
        k = extend(basis, k, upto, pool, chance, left, square, room, t, seen)
        missing = powers(t[:, :k], seen[:, :k], at, found)
        if missing <= TOLERANCE or k < upto or k == most:
            break
    found[:n_tasks] = np.maximum(found[:n_tasks], 0.0)
    forgotten = np.where(at > 1, size * found[-1], 0.0)
    return Means(size * found[:n_tasks], size * found[n_tasks], forgotten)


@kernel
def extend(
    basis: Array,
    k: int,
    upto: int,
    pool: Any,
    chance: Array,
    left: Array,
    along: Array,
    room: Array,
    t: Array,
    seen: Array,
) -> int:
    """Lanczos steps k..upto-1 of L; returns how many there are in all: fewer where the space ends.

    ``basis`` (3, d, d) has the last two matrices and room; ``t`` (2, most) gets the diagonal and
    what is beside it, ``seen`` (K + 2, most) the losses of every matrix, its trace and its product
    with ``left``.
    """
    n_tasks, of_left = len(pool.share), left.reshape(left.size)
    for step in range(k, upto):
        before, now, new = basis[step % 3], basis[(step + 1) % 3], basis[(step + 2) % 3]
        of_now, of_new = now.reshape(now.size), new.reshape(new.size)
        new[:] = now
        advance(new, pool.directions, pool.share, chance, along, room)
        for j in range(n_tasks):
            seen[j, step] = 0.5 * np.sum(pool.curvature[j] * along[j])
        seen[n_tasks, step], seen[n_tasks + 1, step] = np.trace(now), np.dot(of_now, of_left)
        own, back = np.dot(of_now, of_new), t[1, step - 1] if step > 0 else 0.0
        new -= own * now + back * before
        beside = np.sqrt(np.dot(of_new, of_new))
        t[0, step], t[1, step] = own, beside
        if beside < 1e-14:
            return step + 1
        new /= beside
    return upto


@kernel
def powers(t: Array, seen: Array, at: Ints, found: Array) -> float:
    """``found`` (F, R) = ``seen`` (F, k) T^t e_1 at the times ``at``, ascending, of the last row at
    two less (none below 2). Returns what the steps left out may amount to at the end, as a share.
    """
    k, last = t.shape[1], len(seen) - 1
    x, kept, missing = np.zeros((3, k + 2)), 0, 0.0
    x[0, 1] = 1.0
    below = np.zeros(k + 1)
    below[1:] = t[1]
    for time in range(at[-1] + 1):
        now, old = time % 3, (time + 1) % 3
        while kept < len(at) and at[kept] == time:
            for f in range(last):
                found[f, kept] = np.sum(seen[f] * x[now, 1:-1])
            found[last, kept] = np.sum(seen[last] * x[old, 1:-1])
            kept += 1
        if time < at[-1]:
            missing += t[1, k - 1] * abs(x[now, k])
            for i in range(k):
                x[old, i + 1] = (
                    below[i] * x[now, i] + t[0, i] * x[now, i + 1] + t[1, i] * x[now, i + 2]
                )
    return float(missing / max(np.sqrt(np.sum(x[at[-1] % 3] ** 2)), LEAST))
