"""The groups that all loops share, and what they write down on their way.

Filters of one sign j whose overlap with u (or v, or a noise patch) has one sign take the same
factor in every update, so sums of squares over such groups say all about the outputs:

    A[j, s] = (1/m) sum_(r: sign<w_jr, u> = s) <w_jr, u>^2,   B[j, s] likewise with v,
    C[j, i] = (1/m) sum_r max(<w_jr, xi_i>, 0)^2

They are kept as [role, side]: side 0 and 1 for label y = +1 and -1; role 0, right, is the group (j,
s) = (y, y) that adds to the output y f of label y, role 1, wrong, the group (-y, y) that takes from
it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.oscillation.feature_noise.problem import NOISE, Task, U, V

Array = npt.NDArray[np.float64]

ESCAPED = 1e12  # |residual| above it is a blow-up: the next update squares it


class Groups(NamedTuple):
    """strong A (2, 2), weak B (2, 2): [role, side]; noise C (2, n): [role, sample]."""

    strong: Array
    weak: Array
    noise: Array


class Ledger(NamedTuple):
    """Sums over updates; x is an update's residual over strong visits of a label, divided by b.

    powers  (3, 2)  sums of x, x^2, x^3, each by side
    flip    (2,)    first update with 1 + gamma_u x < 0, where the right group changes sign; NaN if
                    none
    late    (1,)    sum of |residual| over the visits of the last tenth
    """

    powers: Array
    flip: Array
    late: Array


class Courses(NamedTuple):
    """Records, NaN from a blow-up on; the last one, [..., R], is the end.

    strong, weak   (2, 2, R+1)  A and B: [role, side]
    noise          (2, 2, R+1)  mean of C over samples: [role, kind]
    square         (R+1,)       mean squared residual over the training samples
    residual_sum   (2, R+1)     Ledger.powers[0]
    sharpness      (2, R+1)     eta times the curvature of one sample's loss, mean over samples:
                                [kind]
    """

    strong: Array
    weak: Array
    noise: Array
    square: Array
    residual_sum: Array
    sharpness: Array


def empty_ledger() -> Ledger:
    """Nothing entered."""
    return Ledger(np.zeros((3, 2)), np.full(2, np.nan), np.zeros(1))


def empty_courses(n_records: int) -> Courses:
    """NaN throughout."""
    shapes = ((2, 2), (2, 2), (2, 2), (), (2,), (2,))
    return Courses(*(np.full((*shape, n_records), np.nan) for shape in shapes))


@borrowing
def positive(x: float) -> float:
    """max(x, 0)."""
    return x if x > 0.0 else 0.0


@borrowing
def set_groups(z: Array, task: Task, groups: Groups) -> None:
    """A, B and C of the overlaps z (n+2, 2m) with the patch directions."""
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


@borrowing
def residual_of(strong: Array, weak: Array, noise: Array, side: int, kind: int, i: int) -> float:
    """e = 1 - y f(x_i) from the groups, of a sample's side and kind; derived from
    arXiv:2310.17074.
    """
    output: float = weak[0, side] - weak[1, side] + (noise[0, i] - noise[1, i])
    if kind == 0:
        output += strong[0, side] - strong[1, side]
    return 1.0 - output


@borrowing
def sample_sharpness(groups: Groups, i: int, task: Task) -> float:
    """eta (8 kappa / m) (|u|^2 F + |v|^2 V + |xi|^2 C), F, V, C sums over both roles; derived.

    Eta times the largest eigenvalue of the Hessian of kappa e^2 at e = 0, for patches orthogonal to
    each other.
    """
    side = task.side[i]
    total: float = task.square[V] * (groups.weak[0, side] + groups.weak[1, side])
    total += task.square[NOISE + i] * (groups.noise[0, i] + groups.noise[1, i])
    if task.kind[i] == 0:
        total += task.square[U] * (groups.strong[0, side] + groups.strong[1, side])
    return 2.0 * task.rate * total


@borrowing
def enter(powers: Array, flip: Array, t: int, strong_residual: Array, gamma_u: float) -> None:
    """Enter update t into a ledger's two arrays: strong_residual (2,) is x by side."""
    for side in range(2):
        x = strong_residual[side]
        powers[0, side] += x
        powers[1, side] += x * x
        powers[2, side] += x * x * x
        if 1.0 + gamma_u * x < 0.0 and math.isnan(flip[side]):
            flip[side] = t


@kernel
def record(groups: Groups, ledger: Ledger, task: Task, at: int, courses: Courses) -> None:
    """Write record number ``at``."""
    n = len(task.side)
    A, B, C = groups
    count, noise, sharpness, square = np.zeros(2), np.zeros((2, 2)), np.zeros(2), 0.0
    for i in range(n):
        kind = task.kind[i]
        count[kind] += 1.0
        square += residual_of(A, B, C, task.side[i], kind, i) ** 2
        sharpness[kind] += sample_sharpness(groups, i, task)
        for role in range(2):
            noise[role, kind] += groups.noise[role, i]
    courses.square[at] = square / n
    for k in range(2):
        courses.residual_sum[k, at] = ledger.powers[0, k]
        courses.sharpness[k, at] = sharpness[k] / count[k]
        for role in range(2):
            courses.strong[role, k, at] = groups.strong[role, k]
            courses.weak[role, k, at] = groups.weak[role, k]
            courses.noise[role, k, at] = noise[role, k] / count[k]
