"""The exact recursion of the groups' sums of squares, for patches that are all orthogonal to each other.

Every filter of a group takes the same factor k, so A, B and C obey a closed recursion in which the number of
filters and the dimension no longer appear. With x_y the residual summed over an update's (strong) visits of label
y and divided by b, and q = +1 for the right, -1 for the wrong group of that label,

    A <- k^2 A, k = 1 + q gamma_u x_y (strong visits);   B <- k^2 B, k = 1 + q gamma_v x_y;
    C_i <- k^2 C_i, k = 1 + q gamma_xi,i x_i

Where k < 0 the whole group changes sign: in A and B the right group of a label becomes part of the wrong group of
the other label and the wrong one part of the right one; in C it is dead for good, no sample has the patch -xi_i.
Derived from the update of arXiv:2310.17074 for one sample an update; exact, not an approximation for small steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from toysim.models.oscillation.feature_noise.problem import NOISE, U, V, Task
from toysim.models.oscillation.feature_noise.state import (
    ESCAPED,
    Courses,
    Groups,
    Ledger,
    enter,
    record,
    sample_residual,
)

from toysim.jit import kernel

Array = npt.NDArray[np.float64]


@kernel
def grow(sums: Array, gamma: float, x: Array, before: Array) -> None:
    """One update of A or B, [role, side], by the residuals x (2,) of the labels; ``before`` (2, 2) is scratch."""
    before[:] = sums
    sums[:] = 0.0
    for role in range(2):
        for side in range(2):
            k = 1.0 + (1 - 2 * role) * gamma * x[side]
            if k < 0.0:
                sums[1 - role, 1 - side] += k * k * before[role, side]
            else:
                sums[role, side] += k * k * before[role, side]


@kernel
def grow_noise(noise: Array, i: int, gamma: float, x: float) -> None:
    """One update of C of sample i, [role, sample]."""
    for role in range(2):
        k = 1.0 + (1 - 2 * role) * gamma * x
        noise[role, i] = k * k * noise[role, i] if k > 0.0 else 0.0


@kernel
def recur(groups: Groups, origin: Array, task: Task, ledger: Ledger, courses: Courses) -> int:
    """All updates of a row; returns -1, or the update at which f blew up.

    groups  at the start, overwritten by the end
    origin  (2,) the right strong groups without what joins them on the way, at the start; overwritten by the end
    """
    batch_size = task.visits.shape[1]
    gamma_u, gamma_v = task.rate * task.square[U], task.rate * task.square[V]
    strong_residual, residual = np.zeros(2), np.zeros(2)
    sample = np.zeros(len(task.side))
    before = np.empty((2, 2))
    next_record = 0
    for t in range(len(task.visits) + 1):
        while next_record < len(task.record_at) and task.record_at[next_record] == t:
            record(groups, ledger, task, next_record, courses)
            next_record += 1
        if t == len(task.visits):
            break
        strong_residual[:] = 0.0
        residual[:] = 0.0
        for i in task.visits[t]:
            e = sample_residual(groups, i, task)
            if not abs(e) <= ESCAPED:
                return t
            sample[i] += e / batch_size
            residual[task.side[i]] += e / batch_size
            if task.kind[i] == 0:
                strong_residual[task.side[i]] += e / batch_size
            if t >= task.late:
                ledger.late[0] += abs(e)
        enter(ledger, t, strong_residual, gamma_u)
        grow(groups.strong, gamma_u, strong_residual, before)
        grow(groups.weak, gamma_v, residual, before)
        for side in range(2):
            origin[side] *= (1.0 + gamma_u * strong_residual[side]) ** 2
        for i in task.visits[t]:
            grow_noise(groups.noise, i, task.rate * task.square[NOISE + i], sample[i])
            sample[i] = 0.0
    return -1
