"""Gradient descent of the network, update by update, on the filters' overlaps or on their weights.

With e_i = 1 - y_i f(x_i), an update on b samples adds to filter (j, r), for each patch x of each of them,

    w_jr <- w_jr + (4 kappa eta / (m b)) j y_i e_i max(<w_jr, x>, 0) x            (arXiv:2310.17074)

so weights only move along the n + 2 patch directions b_k = u, v, xi_1..xi_n. Their overlaps z[k, jr] = <w_jr, b_k>
obey the same update with the Gram matrix in place of the patches,

    z[k, jr] <- z[k, jr] + sum_q push[q, jr] <b_q, b_k>

exactly and for any noise, at a cost of O(m n) an update whatever the dimension. Filters run innermost, + before -.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from toysim.models.oscillation.feature_noise.problem import NOISE, Task, U, V
from toysim.models.oscillation.feature_noise.state import ESCAPED, Courses, Groups, Ledger, enter, positive, record

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def residual(z: Array, i: int, task: Task) -> float:
    """e = 1 - y f(x_i),  f = sum_j (j/m) sum_r sum_patches max(<w_jr, x>, 0)^2."""
    m = z.shape[1] // 2
    y: float = 1.0 - 2.0 * task.side[i]
    strong = 1.0 - task.kind[i]
    f = 0.0
    for r in range(m):
        plus = strong * positive(y * z[U, r]) ** 2 + positive(y * z[V, r]) ** 2 + positive(z[NOISE + i, r]) ** 2
        minus = strong * positive(y * z[U, m + r]) ** 2 + positive(y * z[V, m + r]) ** 2
        f += plus - (minus + positive(z[NOISE + i, m + r]) ** 2)
    return 1.0 - y * f / m


@kernel
def push_along(z: Array, i: int, pace: float, task: Task, push: Array) -> None:
    """Add sample i's part of the update to ``push`` (n+2, 2m); pace = (rate / b) e."""
    m = z.shape[1] // 2
    y = 1.0 - 2.0 * task.side[i]
    for sign in range(2):
        along = pace if sign == 0 else -pace
        for f in range(sign * m, (sign + 1) * m):
            push[V, f] += along * positive(y * z[V, f])
            push[NOISE + i, f] += y * along * positive(z[NOISE + i, f])
        if task.kind[i] == 0:
            for f in range(sign * m, (sign + 1) * m):
                push[U, f] += along * positive(y * z[U, f])


@kernel
def move_overlaps(z: Array, gram: Array, q: int, push: Array) -> None:
    """z[k] <- z[k] + <b_q, b_k> push[q] for all k."""
    for k in range(len(z)):
        overlap = gram[q, k]
        if overlap != 0.0:
            for f in range(z.shape[1]):
                z[k, f] += overlap * push[q, f]


@kernel
def move_weights(weights: Array, patches: Array, q: int, push: Array) -> None:
    """w <- w + push[q] b_q; weights (d, 2m)."""
    for c in range(patches.shape[1]):
        for f in range(weights.shape[1]):
            weights[c, f] += patches[q, c] * push[q, f]


@kernel
def look(weights: Array, patches: Array, q: int, z: Array) -> None:
    """z[q] = <w, b_q> from the weights (d, 2m)."""
    z[q] = 0.0
    for c in range(patches.shape[1]):
        for f in range(weights.shape[1]):
            z[q, f] += patches[q, c] * weights[c, f]


@kernel
def set_groups(z: Array, task: Task, groups: Groups) -> None:
    """A, B and C of the overlaps z (n+2, 2m)."""
    m = z.shape[1] // 2
    for side in range(2):
        y = 1.0 - 2.0 * side
        for role in range(2):
            sign = side if role == 0 else 1 - side
            strong, weak = 0.0, 0.0
            for f in range(sign * m, (sign + 1) * m):
                strong += positive(y * z[U, f]) ** 2
                weak += positive(y * z[V, f]) ** 2
            groups.strong[role, side] = strong / m
            groups.weak[role, side] = weak / m
    for i in range(len(task.side)):
        for role in range(2):
            sign = task.side[i] if role == 0 else 1 - task.side[i]
            noise = 0.0
            for f in range(sign * m, (sign + 1) * m):
                noise += positive(z[NOISE + i, f]) ** 2
            groups.noise[role, i] = noise / m


@kernel
def descend(
    z: Array,
    gram: Array,
    coefficients: Array,
    weights: Array,
    patches: Array,
    on_weights: bool,
    task: Task,
    ledger: Ledger,
    courses: Courses,
) -> int:
    """All updates of a row, on the overlaps or ``on_weights``; returns -1, or the update at which f blew up.

    z             (n+2, 2m)  overlaps, overwritten by those at the end
    gram          (n+2, n+2) <b_q, b_k>
    coefficients  (n+2, 2m)  out, zeros at first: how far weights moved along each patch, if on overlaps
    weights       (d, 2m)    overwritten by the weights at the end, if on weights
    """
    n = len(task.side)
    n_steps, batch_size = task.visits.shape
    share = 1.0 / batch_size
    push, pushed = np.zeros(z.shape), np.zeros(n, np.bool_)
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, n)))
    rows = np.empty(NOISE + batch_size, np.int64)
    rows[U], rows[V] = U, V
    x_strong = np.zeros(2)
    next_record = 0
    for t in range(n_steps + 1):
        while next_record < len(task.record_at) and task.record_at[next_record] == t:
            if on_weights:
                for q in range(len(z)):
                    look(weights, patches, q, z)
            set_groups(z, task, groups)
            record(groups, ledger, task, next_record, courses)
            next_record += 1
        if t == n_steps:
            break
        n_rows = NOISE
        for s in range(batch_size):
            i = task.visits[t, s]
            if not pushed[i]:
                pushed[i] = True
                rows[n_rows] = NOISE + i
                n_rows += 1
        if on_weights:
            for a in range(n_rows):
                look(weights, patches, rows[a], z)
        x_strong[:] = 0.0
        for s in range(batch_size):
            i = task.visits[t, s]
            e = residual(z, i, task)
            if not abs(e) <= ESCAPED:
                return t
            push_along(z, i, task.rate * share * e, task, push)
            if task.kind[i] == 0:
                x_strong[task.side[i]] += share * e
            if t >= task.late:
                ledger.late[0] += abs(e)
        enter(ledger, t, x_strong, task.rate * task.square[U])
        for a in range(n_rows):
            q = rows[a]
            if on_weights:
                move_weights(weights, patches, q, push)
            else:
                move_overlaps(z, gram, q, push)
            for f in range(z.shape[1]):
                coefficients[q, f] += push[q, f]
                push[q, f] = 0.0
            if q >= NOISE:
                pushed[q - NOISE] = False
    return -1
