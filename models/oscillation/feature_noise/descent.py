"""Gradient descent of the network, update by update, by its weights or their coefficients.

With e_i = 1 - y_i f(x_i), an update on b samples adds to filter (j, r), for each patch x of each of
them,

    w_jr <- w_jr + (4 kappa eta / (m b)) j y_i e_i max(<w_jr, x>, 0) x            (arXiv:2310.17074)

so weights only move along the n + 2 patch directions b_q = u, v, xi_1..xi_n: w_jr = w0_jr + sum_q
c[q, jr] b_q, and the overlaps that an update needs are

    z[k, jr] = <w_jr, b_k>,  z[k, jr] <- z[k, jr] + <b_k, b_q> dc[q, jr]

exactly and for any noise, at a cost of O(m n) an update whatever the dimension. Filters of sign +
come before -.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel
from toysim.models.oscillation.feature_noise.problem import NOISE, Task, U, V
from toysim.models.oscillation.feature_noise.state import (
    ESCAPED,
    Courses,
    Groups,
    Ledger,
    enter,
    positive,
    record,
    set_groups,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Network(NamedTuple):
    """The filters of a row, by coefficients or (``on_weights``) by their weights.

    z             (n+2, 2m)  overlaps with the patch directions; on weights, as last looked at
    sign          (2m,)      j
    coefficients  (n+2, 2m)  how far the weights moved along each patch direction; not used on
                             weights
    gram          (n+2, n+2) <b_k, b_q>
    reach         (n+2, 2)   overlaps with b_q are 0 but for these k, from first to below last
    weights       (d, 2m)    at the start; on weights, now
    patches       (n+2, d)
    """

    on_weights: bool
    z: Array
    sign: Array
    coefficients: Array
    gram: Array
    reach: Ints
    weights: Array
    patches: Array


@inlined
def look(net: Network, k: int) -> None:
    """Bring the overlaps z[k] of all filters with b_k up to date, where they are not kept so."""
    if net.on_weights:
        z, n_filters = net.z, net.z.shape[1]
        z[k, :] = 0.0
        for c in range(net.patches.shape[1]):
            for f in range(n_filters):
                z[k, f] += net.patches[k, c] * net.weights[c, f]


@inlined
def push(net: Network, q: int, right: float, wrong: float, moves: Array, row: int) -> None:
    """How far filters are to move along b_q: j (right max(z, 0) + wrong max(-z, 0)), a row of
    ``moves``.
    """
    z, sign = net.z, net.sign
    for f in range(len(sign)):
        along = right * positive(z[q, f]) + wrong * positive(-z[q, f])
        moves[row, f] = sign[f] * along


@inlined
def move(net: Network, q: int, moves: Array, row: int) -> None:
    """Move filters along b_q by moves[row]; overlaps follow, or are looked at anew on weights."""
    n_filters = len(net.sign)
    if net.on_weights:
        for c in range(net.patches.shape[1]):
            for f in range(n_filters):
                net.weights[c, f] += net.patches[q, c] * moves[row, f]
        return
    for f in range(n_filters):
        net.coefficients[q, f] += moves[row, f]
    for k in range(net.reach[q, 0], net.reach[q, 1]):
        overlap = net.gram[q, k]
        for f in range(n_filters):
            net.z[k, f] += overlap * moves[row, f]


@inlined
def residual(z: Array, i: int, task: Task) -> float:
    """e = 1 - y f(x_i) from overlaps z (n+2, 2m), with arXiv:2310.17074's

    f = sum_j (j/m) sum_r sum_patches max(<w_jr, x>, 0)^2
    """
    m: int = z.shape[1] // 2
    y: float = 1.0 - 2.0 * task.side[i]
    strong = 1.0 - task.kind[i]
    f = 0.0
    for r in range(m):
        plus = (
            strong * positive(y * z[U, r]) ** 2
            + positive(y * z[V, r]) ** 2
            + positive(z[NOISE + i, r]) ** 2
        )
        minus = strong * positive(y * z[U, m + r]) ** 2 + positive(y * z[V, m + r]) ** 2
        f += plus - (minus + positive(z[NOISE + i, m + r]) ** 2)
    return 1.0 - y * f / m


@kernel
def descend(net: Network, task: Task, ledger: Ledger, courses: Courses) -> int:
    """All updates of a row; returns -1, or the update at which f blew up."""
    n_steps, batch_size = task.visits.shape
    share = 1.0 / batch_size
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, len(task.side))))
    e, x, x_strong = np.empty(batch_size), np.zeros(2), np.zeros(2)
    moves = np.empty((NOISE + batch_size, len(net.sign)))
    next_record = 0
    for t in range(n_steps + 1):
        while next_record < len(task.record_at) and task.record_at[next_record] == t:
            for k in range(len(net.z)):
                look(net, k)
            set_groups(net.z, task, groups)
            record(groups, ledger, task, next_record, courses)
            next_record += 1
        if t == n_steps:
            break
        look(net, U)
        look(net, V)
        x[0] = x[1] = x_strong[0] = x_strong[1] = 0.0
        for s in range(batch_size):
            i = task.visits[t, s]
            look(net, NOISE + i)
            e[s] = residual(net.z, i, task)
            if not abs(e[s]) <= ESCAPED:
                return t
            x[task.side[i]] += share * e[s]
            if task.kind[i] == 0:
                x_strong[task.side[i]] += share * e[s]
            if t >= task.late:
                ledger.late[0] += abs(e[s])
        enter(ledger, t, x_strong, task.rate * task.square[U])
        push(net, U, task.rate * x_strong[0], task.rate * x_strong[1], moves, 0)
        push(net, V, task.rate * x[0], task.rate * x[1], moves, 1)
        for s in range(batch_size):
            i = task.visits[t, s]
            push(
                net,
                NOISE + i,
                (1.0 - 2.0 * task.side[i]) * share * task.rate * e[s],
                0.0,
                moves,
                2 + s,
            )
        move(net, U, moves, 0)
        move(net, V, moves, 1)
        for s in range(batch_size):
            move(net, NOISE + task.visits[t, s], moves, 2 + s)
    return -1
