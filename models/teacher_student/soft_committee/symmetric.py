"""Matched committees, K = M: the plateau, how it is left, and the largest learning rate; derived.

On the plateau R_in = R, Q_ii = Q, Q_ij = C. Modes of R whose rows and columns sum to 0 grow as
exp(lambda t), so that a start of asymmetry N^(-1/2) escapes at (ln N)/(2 lambda).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import root

from toysim.models.teacher_student.soft_committee.flow import course, slopes_of
from toysim.models.teacher_student.soft_committee.measures import error

Array = npt.NDArray[np.float64]

EPS = 1e-6  # of a numerical derivative


def state(k: int, q: float, c: float, r: float, s: float) -> Array:
    """(R, Q) flattened: Q, C of the student and R, S with the teacher, on and off the diagonal."""
    teacher = np.full((k, k), s) + (r - s) * np.eye(k)
    student = np.full((k, k), c) + (q - c) * np.eye(k)
    return np.concatenate([teacher.ravel(), student.ravel()])


def slopes(y: Array, k: int, eta: float, noise: float) -> Array:
    slope = np.empty(len(y))
    slopes_of(y, k, k, eta, noise, slope)
    return slope


def reduced(values: Array, k: int, eta: float, noise: float) -> Array:
    """Q', C', R', S' of a permutation-symmetric state."""
    slope = slopes(state(k, *values), k, eta, noise)
    other = 1 if k > 1 else 0
    return np.array([slope[k * k], slope[k * k + other], slope[0], slope[other]])


@cache
def plateau(k: int, eta: float, noise: float) -> tuple[float, float, float] | None:
    """Q, C, R of the attracting symmetric state with R_in = R; None where there is none."""
    at = np.array([200.0 / eta])  # longer, and rounding would break the symmetry
    y = state(k, 0.1, 0.0, 0.01, 0.01)
    out = np.empty((1, len(y)))
    if k == 1 or not course(y, k, k, eta, noise, at, out):
        return None

    def still(x: Array) -> Array:
        q, c, r, _ = reduced(np.array([x[0], x[1], x[2], x[2]]), k, eta, noise)
        return np.array([q, c, r])

    found = root(still, [out[0, k * k], out[0, k * k + 1], out[0, 0]], tol=1e-13)
    settled = np.abs(still(found.x)).max() < 1e-9 * eta
    return (float(found.x[0]), float(found.x[1]), float(found.x[2])) if settled else None


def plateau_error(k: int, eta: float, noise: float) -> float:
    """Error there; NaN where there is no plateau."""
    at = plateau(k, eta, noise)
    if at is None:
        return math.nan
    q, c, r = at
    y = state(k, q, c, r, r)
    return float(error(y[: k * k].reshape(k, k), y[k * k :].reshape(k, k)))


def plateau_rate(k: int, eta: float, noise: float) -> float:
    """lambda, the growth rate of R_ii - R_in there."""
    at = plateau(k, eta, noise)
    if at is None:
        return math.nan
    q, c, r = at

    def apart(eps: float) -> float:
        _, _, diagonal, other = reduced(np.array([q, c, r + (k - 1) * eps, r - eps]), k, eta, noise)
        return float((diagonal - other) / k)

    return (apart(EPS) - apart(-EPS)) / (2.0 * EPS)


def rate_max(k: int) -> float:
    """Largest rate at which the solution Q = R = 1 attracts: the smallest positive root of
    det(A + eta B), A and B its linearisation in eta and eta^2; a quadratic in eta.
    """
    root3, rest = math.sqrt(3.0), k - 1
    if k == 1:
        return root3 * math.pi / (3.0 / math.sqrt(5.0))
    a = np.array(
        [
            [-2 * root3 / 3, -rest, 8 * root3 / 9, rest],
            [-1.5, -(4 * root3 + 6 * (k - 2)) / 3, 2, (4 * root3 + 6 * (k - 2)) / 3],
            [root3 / 3, rest / 2, -8 * root3 / 9, -1.5 * rest],
            [0.25, 0, -1, -(2 * root3 + 3 * (k - 2)) / 3],
        ]
    )
    d = 2 * math.sqrt(2.0) + 2 * (rest - 1) / root3
    e = 8 / 3 + 8 * (rest - 1) / root3 + (rest - 1) * (rest - 2)
    b = np.zeros((4, 4))
    b[0] = np.array([1, 0, -2, 0]) * (4 / 3 * (rest + 3 / math.sqrt(5.0)))
    b[0] += np.array([0, 1, 0, -2]) * rest * d
    b[1] = [d, e, -2 * d, -2 * e]
    at = [float(np.linalg.det(a / math.pi + x * b / math.pi**2)) for x in (-1.0, 0.0, 1.0)]
    square, linear = 0.5 * (at[0] + at[2]) - at[1], 0.5 * (at[2] - at[0])
    roots = np.roots([square, linear, at[1]])
    return float(min(x.real for x in roots if abs(x.imag) < 1e-12 and x.real > 0))


def final_error(k: int, eta: float, noise: float) -> float:
    """Error at the fixed point next to the solution; NaN where the solution does not attract."""
    if eta >= rate_max(k):
        return math.nan
    if noise == 0.0:
        return 0.0
    found = root(reduced, [1.0, 0.0, 1.0, 0.0], args=(k, eta, noise), tol=1e-13)
    y = state(k, *found.x)
    left = float(error(y[: k * k].reshape(k, k), y[k * k :].reshape(k, k)))
    return left if np.abs(reduced(found.x, k, eta, noise)).max() < 1e-9 * eta else math.nan
