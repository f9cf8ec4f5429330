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
def look(k: int, z: Array, patches: Array, weights: Array) -> None:
    """Overlaps z[k] of all filters with b_k, from the weights."""
    n_filters = z.shape[1]
    z[k, :] = 0.0
    for c in range(patches.shape[1]):
        for f in range(n_filters):
            z[k, f] += patches[k, c] * weights[c, f]


@inlined
def push(z: Array, sign: Array, q: int, right: float, wrong: float, moves: Array, row: int) -> None:
    """How far filters are to move along b_q: j (right max(z, 0) + wrong max(-z, 0)), a row of
    ``moves``.
    """
    for f in range(len(sign)):
        along = right * positive(z[q, f]) + wrong * positive(-z[q, f])
        moves[row, f] = sign[f] * along


@inlined
def move_weights(q: int, moves: Array, row: int, patches: Array, weights: Array) -> None:
    """Move filters along b_q by moves[row]."""
    for c in range(patches.shape[1]):
        for f in range(weights.shape[1]):
            weights[c, f] += patches[q, c] * moves[row, f]


@inlined
def move(
    q: int, moves: Array, row: int, z: Array, coefficients: Array, gram: Array, reach: Ints
) -> None:
    """Move filters along b_q by moves[row], overlaps and all."""
    for f in range(z.shape[1]):
        coefficients[q, f] += moves[row, f]
    for k in range(reach[q, 0], reach[q, 1]):
        overlap = gram[q, k]
        for f in range(z.shape[1]):
            z[k, f] += overlap * moves[row, f]


@inlined
def residual(z: Array, i: int, side: int, kind: int) -> float:
    """e = 1 - y f(x_i) from overlaps z (n+2, 2m), with arXiv:2310.17074's

    f = sum_j (j/m) sum_r sum_patches max(<w_jr, x>, 0)^2
    """
    m: int = z.shape[1] // 2
    y: float = 1.0 - 2.0 * side
    strong = 1.0 - kind
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
    # Once: taking arrays out of a tuple counts references.
    on_weights, z, sign, coefficients, gram, reach, weights, patches = net
    rate, side, kind, square, visits, late_from, record_at = task
    powers, flip, late = ledger
    n_steps, batch_size = visits.shape
    share = 1.0 / batch_size
    groups = Groups(np.empty((2, 2)), np.empty((2, 2)), np.empty((2, len(side))))
    e, x, x_strong = np.empty(batch_size), np.zeros(2), np.zeros(2)
    moves = np.empty((NOISE + batch_size, len(sign)))
    next_record = 0
    for t in range(n_steps + 1):
        while next_record < len(record_at) and record_at[next_record] == t:
            if on_weights:
                for k in range(len(z)):
                    look(k, z, patches, weights)
            set_groups(z, task, groups)
            record(groups, ledger, task, next_record, courses)
            next_record += 1
        if t == n_steps:
            break
        if on_weights:
            look(U, z, patches, weights)
            look(V, z, patches, weights)
        x[0] = x[1] = x_strong[0] = x_strong[1] = 0.0
        for s in range(batch_size):
            i = visits[t, s]
            if on_weights:
                look(NOISE + i, z, patches, weights)
            e[s] = residual(z, i, side[i], kind[i])
            if not abs(e[s]) <= ESCAPED:
                return t
            x[side[i]] += share * e[s]
            if kind[i] == 0:
                x_strong[side[i]] += share * e[s]
            if t >= late_from:
                late[0] += abs(e[s])
        enter(powers, flip, t, x_strong, rate * square[U])
        push(z, sign, U, rate * x_strong[0], rate * x_strong[1], moves, 0)
        push(z, sign, V, rate * x[0], rate * x[1], moves, 1)
        for s in range(batch_size):
            i = visits[t, s]
            along = (1.0 - 2.0 * side[i]) * share * rate * e[s]
            push(z, sign, NOISE + i, along, 0.0, moves, 2 + s)
        for row in range(NOISE + batch_size):
            q = row if row < NOISE else NOISE + visits[t, row - NOISE]
            if on_weights:
                move_weights(q, moves, row, patches, weights)
            else:
                move(q, moves, row, z, coefficients, gram, reach)
    return -1
