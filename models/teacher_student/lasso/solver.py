"""Weights of the lasso: descent on coordinates along falling penalties, ended by a linear solve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

FALL = 0.5  # of the penalty from one fit to the next: the first ones have few nonzeros
LOOSE = 0.01  # their tolerance, in shares of the penalty
REGULAR = 1e-13  # share added to the diagonal: more nonzeros than samples have no inverse
FIRST, MOST = 32, 2**14  # sweeps before a solve, each time twice as many


@kernel
def swept(
    columns: Array, penalty: float, ridge: float, square: Array, only: bool, w: Array, rest: Array
) -> float:
    """w_j <- S(x_j.r + |x_j|^2 w_j; lambda)/(|x_j|^2 + mu) for all coordinates, or the nonzero ones
    alone; r = y - X w is kept. Returns the largest |x_j|^2 + mu times a coordinate's step.
    """
    worst = 0.0
    for j in range(len(w)):
        if only and w[j] == 0.0:
            continue
        pull = np.dot(columns[j], rest) + square[j] * w[j]
        new = max(abs(pull) - penalty, 0.0) / (square[j] + ridge)
        step = (new if pull > 0.0 else -new) - w[j]
        if step != 0.0:
            w[j] += step
            for i in range(len(rest)):
                rest[i] -= step * columns[j, i]
            worst = max(worst, abs(step) * (square[j] + ridge))
    return worst


@kernel
def descend(
    columns: Array,
    penalty: float,
    ridge: float,
    square: Array,
    close: float,
    sweeps: int,
    w: Array,
    rest: Array,
) -> bool:
    """argmin |y - X w|^2/2 + lambda |w|_1 + mu |w|^2/2 from w on; X' is ``columns`` (d, n).

    Nonzero coordinates are swept alone until they stand, then all of them; True when none of all
    moves its slope by more than ``close``.
    """
    only = False
    for _ in range(sweeps):
        worst = swept(columns, penalty, ridge, square, only, w, rest)
        if worst <= close and not only:
            return True
        only = worst > close
    return False


def settle(columns: Array, penalty: float, ridge: float, y: Array, w: Array, rest: Array) -> None:
    """Nonzero weights towards the solution of their linear equations, as far as the first that
    would change its sign: it is 0 from there on, and the others go on. The objective falls.
    """
    live = np.flatnonzero(w)
    x, signs = columns[live], np.sign(w)
    gram, pull = x @ x.T, x @ y - penalty * signs[live]
    gram[np.diag_indices(len(live))] *= 1.0 + REGULAR
    gram[np.diag_indices(len(live))] += ridge
    kept = np.arange(len(live))
    while len(kept) > 0:
        at = live[kept]
        try:
            step = cho_solve(cho_factor(gram[np.ix_(kept, kept)]), pull[kept]) - w[at]
        except LinAlgError:
            break
        crossed = (w[at] + step) * signs[at] <= 0.0
        if not crossed.any():
            w[at] += step
            break
        share = np.where(crossed, np.abs(w[at]) / np.maximum(np.abs(step), 1e-300), np.inf)
        first = int(share.argmin())
        w[at] += share[first] * step
        w[at[first]] = 0.0
        kept = np.delete(kept, first)
    rest[:] = y - w @ columns


def fit(columns: Array, y: Array, penalty: float, ridge: float, tolerance: float) -> Array | None:
    """The minimiser w (d,), or None.

    No coordinate's step changes its slope by more than the tolerance times the largest |x_j.y|.
    """
    w, rest = np.zeros(len(columns)), y.copy()
    square = np.einsum("ji,ji->j", columns, columns)
    largest = float(np.abs(columns @ y).max())
    high = FALL * largest
    while high > penalty:
        descend(columns, high, ridge, square, LOOSE * high, FIRST, w, rest)
        high *= FALL
    sweeps = FIRST
    while sweeps <= MOST:
        if descend(columns, penalty, ridge, square, tolerance * largest, sweeps, w, rest):
            return w
        settle(columns, penalty, ridge, y, w, rest)
        sweeps *= 2
    return None
