"""The exact recursion of the groups' sums of squares, for patches orthogonal to each other.

Every filter of a group takes the same factor k, so A, B and C obey a closed recursion in which the
number of filters and the dimension no longer appear. With x_y the residual summed over an update's
(strong) visits of label y and divided by b, and q = +1 for the right, -1 for the wrong group of
that label,

    A <- k^2 A, k = 1 + q gamma_u x_y (strong visits);   B <- k^2 B, k = 1 + q gamma_v x_y;
    C_i <- k^2 C_i, k = 1 + q gamma_xi,i x_i

Where k < 0 the whole group changes sign: in A and B the right group of a label becomes part of the
wrong group of the other label and the wrong one part of the right one; in C it is dead for good, no
sample has the patch -xi_i. Derived from the update of arXiv:2310.17074 for one sample an update;
exact, not an approximation for small steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.oscillation.feature_noise.problem import NOISE, Task, U, V
from toysim.models.oscillation.feature_noise.state import (
    ESCAPED,
    Courses,
    Groups,
    Ledger,
    enter,
    positive,
    record,
    residual_of,
)

Array = npt.NDArray[np.float64]


@borrowing
def grow(sums: Array, gamma: float, x: Array) -> None:
    """One update of A or B, ``sums`` (2, 2) [role, side], by the residuals x (2,) of the labels.

    The right group of a label and the wrong group of the other are the filters of one sign: they
    swap by flips.
    """
    for side in range(2):
        k, k_other = 1.0 + gamma * x[side], 1.0 - gamma * x[1 - side]
        right, wrong = k * abs(k) * sums[0, side], k_other * abs(k_other) * sums[1, 1 - side]
        sums[0, side] = positive(right) + positive(-wrong)
        sums[1, 1 - side] = positive(wrong) + positive(-right)


@borrowing
def grow_noise(noise: Array, i: int, gamma: float, x: float) -> None:
    """One update of C of sample i by its residual x; ``noise`` (2, n) is [role, sample]."""
    for role in range(2):
        k = 1.0 + (1 - 2 * role) * gamma * x
        noise[role, i] = k * k * noise[role, i] if k > 0.0 else 0.0


@kernel
def recur(groups: Groups, origin: Array, task: Task, ledger: Ledger, courses: Courses) -> int:
    """All updates of a row; returns -1, or the update at which f blew up.

    groups  at the start, overwritten by the end
    origin  (2,) the right strong groups without what joins them on the way, at the start;
            overwritten by the end
    """
    # Once: taking arrays out of a tuple counts references (ns an update: 62 in the loop, 25 here).
    strong, weak, noise = groups
    powers, flip, late = ledger
    rate, side, kind, square, visits, late_from, record_at = task
    n_steps, batch_size = visits.shape
    gamma_u, gamma_v = rate * square[U], rate * square[V]
    share = 1.0 / batch_size
    x, x_strong, x_sample = np.zeros(2), np.zeros(2), np.zeros(len(side))
    next_record = 0
    for t in range(n_steps + 1):
        while next_record < len(record_at) and record_at[next_record] == t:
            record(groups, ledger, task, next_record, courses)
            next_record += 1
        if t == n_steps:
            break
        x[0] = x[1] = x_strong[0] = x_strong[1] = 0.0
        for s in range(batch_size):
            i = visits[t, s]
            e = residual_of(strong, weak, noise, side[i], kind[i], i)
            if not abs(e) <= ESCAPED:
                return t
            x[side[i]] += share * e
            x_sample[i] += share * e
            if kind[i] == 0:
                x_strong[side[i]] += share * e
            if t >= late_from:
                late[0] += abs(e)
        enter(powers, flip, t, x_strong, gamma_u)
        grow(strong, gamma_u, x_strong)
        grow(weak, gamma_v, x)
        for label in range(2):
            origin[label] *= (1.0 + gamma_u * x_strong[label]) ** 2
        for s in range(batch_size):
            i = visits[t, s]
            grow_noise(noise, i, rate * square[NOISE + i], x_sample[i])
            x_sample[i] = 0.0
    return -1
