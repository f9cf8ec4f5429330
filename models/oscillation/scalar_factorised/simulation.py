"""Gradient descent on x and y, rows side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, inlined, kernel
from toysim.models.oscillation.lanes import groups, keep, next_stop
from toysim.models.oscillation.product_losses import LOGISTIC, QUADRATIC, QUARTIC, slope_of
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.models.oscillation.scalar_factorised.measures import kinds, measured, state_of
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@inlined
def moved(kind: int, x: float, y: float, eta: float) -> tuple[float, float]:
    """x <- x - eta l'(x y) y, y <- y - eta l'(x y) x, both at once."""
    move = eta * slope_of(kind, x * y)
    return x - move * y, y - move * x


@inlined
def update(kind: int, x: Array, y: Array, eta: Array) -> int:
    """One update of every lane; tells how many escape."""
    escapes = 0
    for i in range(len(x)):
        x[i], y[i] = moved(kind, x[i], y[i], eta[i])
        escapes += not x[i] * x[i] + y[i] * y[i] < ESCAPED
    return escapes


# A kind that LLVM knows: it leaves the question in the loop otherwise, which takes 4 times as long.
@borrowing
def update_of(kind: int, x: Array, y: Array, eta: Array) -> int:
    """``update`` with the loss of one kind."""
    if kind == QUADRATIC:
        return update(QUADRATIC, x, y, eta)
    if kind == QUARTIC:
        return update(QUARTIC, x, y, eta)
    return update(LOGISTIC, x, y, eta)


# What a lone lane is stays in registers: through memory its updates take 1.6 times as long.
@borrowing
def update_alone(kind: int, n: int, x: Array, y: Array, eta: Array) -> int:
    """Up to n updates of one lane before one that may escape, which is left to ``update``; tells
    how many were done.
    """
    now_x, now_y = x[0], y[0]
    for t in range(n):
        next_x, next_y = moved(kind, now_x, now_y, eta[0])
        if not next_x * next_x + next_y * next_y < ESCAPED:
            n = t
            break
        now_x, now_y = next_x, next_y
    x[0], y[0] = now_x, now_y
    return n


@kernel
def descend(kind: int, start: Array, eta: Array, keep_at: Ints, kept: Array) -> Ints:
    """All updates of rows side by side from x and y, ``start`` (2, L), eta (L,), a loss of one
    ``kind``.

    ``kept`` (2, L, R) is x and y after the updates ``keep_at`` (L, R), ascending; the last ends the
    run. Returns -1, or the update that left x^2 + y^2 < ESCAPED.
    """
    x, y, eta, failed_at = start[0].copy(), start[1].copy(), eta.copy(), np.full(len(eta), -1)
    state = (x, y)
    written, t = np.zeros(len(eta), np.int64), 0
    stop = keep(0, state, keep_at, written, kept, eta)
    while stop >= 0:
        if len(x) == 1:
            t += update_alone(kind, stop - t, x, y, eta)
        while t < stop:
            t += 1
            if update_of(kind, x, y, eta) > 0:
                for i in np.flatnonzero(~(x * x + y * y < ESCAPED)):
                    failed_at[i], written[i], x[i], y[i] = t, keep_at.shape[1], 0.0, 0.0
                stop = next_stop(keep_at, written)
        stop = keep(t, state, keep_at, written, kept, eta)
    return failed_at


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    start, eta = np.stack([batch["x_start"], batch["y_start"]]), batch["learning_rate"]
    at, kind = records_and_end(batch), kinds(batch)
    course, failed_at = np.full((2, *at.shape), np.nan), np.empty(len(batch), np.int64)
    for rows in groups(at[:, -1], kind):
        kept, begin = np.full((2, *at[rows].shape), np.nan), np.ascontiguousarray(start[:, rows])
        failed_at[rows] = descend(kind[rows[0]], begin, eta[rows], at[rows], kept)
        course[:, rows] = kept
    return measured(batch, state_of(*course)) | ended(failed_at)
