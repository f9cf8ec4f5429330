"""Second moments of a pool's error after many visits of the same probabilities, read off the first
powers of what a visit does; derived.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.continual.task_pool.moments import Means, switching
from toysim.models.continual.task_pool.problem import Pool
from toysim.models.continual.task_pool.visiting import Room, Visit, advance, room, visit

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOLERANCE = 1e-13  # of a moment, what reading it off may miss
LEAST = 1e-100  # of the start; smaller moments are known to TOLERANCE of this
FIRST = 3.5  # times sqrt(t) steps before a first look at what is missing (4 to 5 are enough)


@kernel
def at_once(pool: Pool, start: Array, chance: Array, at: Ints) -> Means:
    """The same where the probabilities (K,) stay: M_t = L^t M_0, L symmetric, read off its first
    powers. In Lanczos's basis Q of these, L is tridiagonal: L Q = Q T + beta_k Q_(k+1) e_k', hence
    |M_t - Q T^t e_1 |M_0|| <= sum_{s<t} beta_k |(T^s e_1)_k| |M_0|, as |L| <= 1. Powers are taken
    until that is nothing: some 4 sqrt(t) of them, 84 for 300 visits (measured).
    """
    last, n_tasks, d = at[-1], len(pool.share), len(start)
    most = last + 1
    seen, t = np.empty((n_tasks + 2, most)), np.zeros((2, most))
    flat = start.ravel()
    basis, size = np.zeros((3, d, d)), np.sqrt(np.dot(flat, flat))
    for i in range(d):  # symmetric to the last bit, which BLAS does not promise: errors run away
        for j in range(d):
            if size > 0.0:  # nothing moves from a start at the solution, or across all rows
                basis[1, i, j] = (start[i, j] + start[j, i]) / (2.0 * size)
    left = np.zeros((d, d))
    if last > 1:
        left = switching(pool.directions, pool.curvature, pool.share, chance, chance)
    of = visit(pool.directions, pool.share, chance)
    space, found = room(of), np.zeros((n_tasks + 2, len(at)))
    k, upto, missing = 0, min(most, 4 + int(FIRST * np.sqrt(last))), 1.0
    while missing > TOLERANCE and k < upto:
        k = extend(basis, k, upto, of, space, pool.curvature, left, t, seen)
        missing = powers(t[:, :k], seen[:, :k], at, found)
        upto = min(most, enough(k, missing)) if k == upto else k
    for r in range(len(at)):
        for f in range(n_tasks + 2):
            found[f, r] = size * max(found[f, r], 0.0)
    return Means(found[:n_tasks], found[n_tasks], found[n_tasks + 1])


@kernel
def enough(k: int, missing: float) -> int:
    """Steps after which no more than TOLERANCE is missing, which falls as exp(-c k^2)."""
    more = math.sqrt(math.log(TOLERANCE) / math.log(min(max(missing, TOLERANCE), 0.1)))
    return max(k + 1, math.ceil(more * k))


@kernel
def extend(
    basis: Array,
    k: int,
    upto: int,
    of: Visit,
    room: Room,
    curvature: Array,
    left: Array,
    t: Array,
    seen: Array,
) -> int:
    """Lanczos steps k..upto-1 of L; returns how many there are in all: fewer where the space ends.

    ``basis`` (3, d, d) has the last two matrices and room; ``t`` (2, most) gets the diagonal and
    what is beside it, ``seen`` (K + 2, most) the losses of every matrix, its trace and its product
    with ``left``.
    """
    (n_tasks, n), flat, of_left = curvature.shape, basis.reshape((3, left.size)), left.ravel()
    for step in range(k, upto):
        before, now, new = flat[step % 3], flat[(step + 1) % 3], flat[(step + 2) % 3]
        advance(basis[(step + 1) % 3], of, room, basis[(step + 2) % 3])
        for j in range(n_tasks):
            seen[j, step] = 0.5 * np.dot(curvature[j], room.square[j * n : (j + 1) * n])
        seen[n_tasks, step] = np.trace(basis[(step + 1) % 3])
        seen[n_tasks + 1, step] = np.dot(now, of_left)
        own, back = np.dot(now, new), t[1, step - 1] if step > 0 else 0.0
        for i in range(len(new)):
            new[i] -= own * now[i] + back * before[i]
        beside = np.sqrt(np.dot(new, new))
        t[0, step], t[1, step] = own, beside
        if beside < 1e-14:
            return step + 1
        for i in range(len(new)):
            new[i] /= beside
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
            found[last, kept] = np.sum(seen[last] * x[old, 1:-1]) if time > 1 else 0.0
            kept += 1
        if time < at[-1]:
            missing += t[1, k - 1] * abs(x[now, k])
            for i in range(k):
                x[old, i + 1] = (
                    below[i] * x[now, i] + t[0, i] * x[now, i + 1] + t[1, i] * x[now, i + 2]
                )
    return float(missing / max(np.sqrt(np.sum(x[at[-1] % 3] ** 2)), LEAST))
