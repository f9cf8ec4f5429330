"""Gradient descent on a loss of a product, in what the product moves by.

For a loss l(p) of p = x y, or of vectors' p = u.v, with s = |x|^2 + |y|^2, D = |x|^2 - |y|^2 and
the slope g = l'(p), an update x <- x - eta g y, y <- y - eta g x is exactly

    p <- p - eta g s + eta^2 g^2 p
    s <- s - 4 eta g p + eta^2 g^2 s
    D <- D (1 - eta^2 g^2)

Derived; at l = p^2/2 it is the recursion of arXiv:2003.02218 for p = f/sqrt(n), s = lambda.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, inlined, kernel
from toysim.models.oscillation.lanes import groups, keep, next_stop
from toysim.models.oscillation.product_losses import (
    LOGISTIC,
    QUADRATIC,
    QUARTIC,
    SQUARE,
    bend_of,
    slope_of,
)
from toysim.models.oscillation.runs import ESCAPED

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A rounding of 1e-16 then stays below 1e-10 or so: larger growth is chaos, and no two ways of
# computing agree.
LARGEST_GROWTH = math.log(1e5)
RESCALED = 16  # updates in which no error shrinks to nothing


def followed(start: Array, kind: Ints, eta: Array, keep_at: Ints) -> tuple[Array, Array, Array]:
    """Rows from ``start`` (3, n): p, s and D (3, n, R) at the updates ``keep_at`` (n, R), and the
    largest |p| and log-growth of an error (n,), as from ``follow``.
    """
    kept = np.full((3, *keep_at.shape), np.nan)
    peak, growth = np.empty((2, len(keep_at)))
    for rows in groups(keep_at[:, -1], kind):
        of_rows = np.full((3, len(rows), keep_at.shape[1]), np.nan)
        begin = np.ascontiguousarray(start[:, rows])
        peak[rows], growth[rows] = follow(kind[rows[0]], begin, eta[rows], keep_at[rows], of_rows)
        kept[:, rows] = of_rows
    return kept, peak, growth


class Lanes(NamedTuple):
    """Rows side by side, all (L,): the state, and how an error grows on the way.

    p, s, D, eta   the state and the rate
    peak           largest |p| so far
    dp, ds         an error of p and s
    least, growth  squares of its least length so far, and of its largest growth from a least one
    """

    p: Any
    s: Any
    D: Any
    eta: Any
    peak: Any
    dp: Any
    ds: Any
    least: Any
    growth: Any


@kernel
def follow(kind: int, start: Array, eta: Array, keep_at: Ints, kept: Array) -> tuple[Array, Array]:
    """Rows side by side by the recursion above, from p, s and D in ``start`` (3, L), with rates eta
    (L,), on a loss of one ``kind``.

    ``kept`` (3, L, R) is p, s and D after the updates ``keep_at`` (L, R), ascending; the last ends
    the run. Returns, both (L,), the largest |p| and the largest logarithm by which an error grows
    on the way; nan and inf where s leaves s < ESCAPED.
    """
    n, eta = len(eta), eta.copy()
    p, s, D = start[0].copy(), start[1].copy(), start[2].copy()
    dp, ds, least, growth = np.ones(n), np.zeros(n), np.ones(n), np.ones(n)
    state, lanes = (p, s, D), Lanes(p, s, D, eta, np.abs(p), dp, ds, least, growth)
    written, t = np.zeros(n, np.int64), 0
    stop = keep(0, state, keep_at, written, kept, eta)
    while stop >= 0:
        while t < stop:
            t += 1
            if update_of(kind, lanes) > 0:
                give_up(lanes, written, keep_at.shape[1])
                stop = next_stop(keep_at, written)
            if t % RESCALED == 0:
                rescale(dp, ds, least, eta)
        stop = keep(t, state, keep_at, written, kept, eta)
    return lanes.peak, 0.5 * np.log(growth)


@inlined
def update(kind: int, lanes: Lanes) -> int:
    """One update of all lanes; tells how many escape."""
    p, s, D, eta, peak, dp, ds, least, growth = lanes
    escapes = 0
    for i in range(len(p)):
        slope = slope_of(kind, p[i])
        move, turn = eta[i] * slope, eta[i] * bend_of(kind, p[i], slope)
        dp[i], ds[i] = stretched(p[i], s[i], move, turn, dp[i], ds[i])
        square = dp[i] * dp[i] + ds[i] * ds[i]
        least[i] = square if square < least[i] else least[i]
        ratio = square / least[i]
        growth[i] = ratio if ratio > growth[i] else growth[i]
        p[i], s[i], D[i] = updated(p[i], s[i], D[i], move)
        peak[i] = abs(p[i]) if abs(p[i]) > peak[i] else peak[i]
        escapes += not s[i] < ESCAPED
    return escapes


# A kind that LLVM knows: it leaves the question in the loop otherwise, which takes longer.
@borrowing
def update_of(kind: int, lanes: Lanes) -> int:
    """``update`` with the loss of one kind."""
    if kind == QUADRATIC:
        return update(QUADRATIC, lanes)
    if kind == QUARTIC:
        return update(QUARTIC, lanes)
    if kind == LOGISTIC:
        return update(LOGISTIC, lanes)
    return update(SQUARE, lanes)


@borrowing
def give_up(lanes: Lanes, written: Ints, n_records: int) -> None:
    """Lanes that escaped stand still at 0 from now on."""
    for i in range(len(written)):
        if not lanes.s[i] < ESCAPED:
            lanes.peak[i], lanes.growth[i], written[i] = np.nan, np.inf, n_records
            lanes.p[i], lanes.s[i], lanes.D[i], lanes.eta[i] = 0.0, 0.0, 0.0, 0.0


@inlined
def updated(p: float, s: float, D: float, move: float) -> tuple[float, float, float]:
    """p, s and D after one update of move = eta l'(p)."""
    return (
        p - move * s + move * move * p,
        s - 4.0 * move * p + move * move * s,
        D * (1.0 - move * move),
    )


@inlined
def stretched(
    p: float, s: float, move: float, turn: float, dp: float, ds: float
) -> tuple[float, float]:
    """A change (dp, ds) of the state after one update of turn = eta l''(p). Derived."""
    along = 1.0 - turn * s + 2.0 * move * turn * p + move * move
    across = -4.0 * (turn * p + move) + 2.0 * move * turn * s
    return along * dp - move * ds, across * dp + (1.0 + move * move) * ds


@borrowing
def rescale(dp: Array, ds: Array, least: Array, eta: Array) -> None:
    """Measure errors (L,) in units of their least length, whose square becomes 1; lanes that have
    ended (eta 0) keep theirs, or rounding would make them grow.
    """
    for i in range(len(dp)):
        if eta[i] > 0.0 and least[i] > 0.0:
            unit = 1.0 / math.sqrt(least[i])
            dp[i] *= unit
            ds[i] *= unit
            least[i] = 1.0
