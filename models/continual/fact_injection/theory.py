"""Exact mean and spread of the recall, and its limits; derived."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.fact_injection.limits import limit_recall, threshold_interval
from toysim.models.continual.fact_injection.problem import acquired, injected_at, powers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_MODES = 400  # of the spread: d^2 an event
LOUDEST = 0.5  # of the mean-square limit: beyond, rare runs rule the means
TAILS = 10.0  # E recall^4/(E recall^2)^2 of modes alone, beyond which means say little


@kernel
def forget(moments: Array, h: Array, eta: float, batch: float, noise: float, n: int) -> None:
    """n updates of the background on N (d + 1, d + 1), of which the lower half is kept.

    N_ij <- N_ij g_ij, and on the diagonal + eta^2 h_i (sum_k h_k N_kk + s^2)/B, with
    g_ij = 1 - eta (h_i + h_j) + eta^2 (1 + 1/B) h_i h_j. Off the diagonal n updates are a power,
    which squaring gives row by row.
    """
    twice = eta * eta * (1.0 + 1.0 / batch)
    factor = np.empty(len(h))
    for i in range(1, len(h)):
        for j in range(i):
            factor[j] = 1.0 - eta * (h[i] + h[j]) + twice * h[i] * h[j]
        left = n
        while left > 0:
            if left & 1:
                for j in range(i):
                    moments[i, j] *= factor[j]
            left >>= 1
            for j in range(i):
                factor[j] *= factor[j]
    square = np.diag(moments).copy()
    for i in range(len(h)):
        factor[i] = 1.0 - 2.0 * eta * h[i] + twice * h[i] * h[i]
    for _ in range(n):
        fresh = eta * eta / batch * (np.sum(h * square) + noise)
        for i in range(len(h)):
            square[i] = square[i] * factor[i] + fresh * h[i]
    for i in range(len(h)):
        moments[i, i] = square[i]


@kernel
def times(moments: Array, vector: Array, out: Array) -> float:
    """``out`` = N v of the symmetric N whose lower half is given; returns v'N v."""
    out[:] = 0.0
    for i in range(len(vector)):
        row = 0.0
        for j in range(i):
            row += moments[i, j] * vector[j]
            out[j] += moments[i, j] * vector[i]
        out[i] += row + moments[i, i] * vector[i]
    return float(np.sum(vector * out))


@kernel
def inject(moments: Array, read: Array, write: Array, room: Array) -> None:
    """N <- (I + c r') N (I + r c'), r = ``read``, c = ``write``."""
    square = times(moments, read, room)
    for i in range(len(read)):
        for j in range(i + 1):
            moments[i, j] += write[i] * room[j] + room[i] * write[j] + square * write[i] * write[j]


@kernel
def recall_course(
    h: Array,
    fact: Array,
    eta: float,
    batch: float,
    noise: float,
    start: float,
    kappa: float,
    injections: Ints,
    keep_at: Ints,
    mean: Array,
    square: Array,
) -> None:
    """Moments of the recall, ``mean`` and ``square`` (R,), after the updates ``keep_at``, rising.

    ``h``, ``fact`` (d + 1,) begin with the constant's 0; ``start`` is the variance of every delta.
    """
    moments, room = np.zeros((len(h), len(h))), np.empty(len(h))
    for i in range(len(h)):
        moments[i, i] = start if i > 0 else 1.0
    read, write = -fact, kappa * fact / np.sum(fact * fact)
    read[0] = 1.0
    now, told, kept = 0, 0, 0
    while kept < len(keep_at):
        due = told < len(injections) and injections[told] < keep_at[kept]
        then = injections[told] if due else keep_at[kept]
        forget(moments, h, eta, batch, noise, then - now)
        now = then
        if due:
            inject(moments, read, write, room)
            told += 1
        else:
            square[kept] = times(moments, fact, room)
            mean[kept] = room[0]
            kept += 1


def predict(batch: Batch) -> Rows:
    """Every observable exactly, squares and spread up to MOST_MODES modes; valid for the plain fact
    where the mean square is stable and no rare runs rule the means.
    """
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p, at = row.p, np.append(row.record_at, row.p.n_steps)
    known = p.n_modes <= MOST_MODES
    with np.errstate(all="ignore"):
        if known:
            mean, square = moments(p, at, injected_at(p))
            control = np.sqrt(moments(p, at[: len(at) - 1], injected_at(p)[:0])[1])
        else:
            mean, square = means(p, at), np.full(len(at), np.nan)
            control = square[:-1]
        deviation = np.sqrt(np.maximum(square - mean**2, 0.0))
        return {
            "recall": mean[:-1],
            "recall_square": square[:-1],
            "memory": mean[:-1],
            "generalisation": mean[:-1],
            "retention": mean[:-1] / acquired(p),
            "final_recall": mean[-1],
            "recall_deviation": deviation[:-1],
            "gaussian_recalled": above(mean - p.recall_threshold, deviation)[:-1],
            "gaussian_recognised": above(mean[:-1], np.hypot(deviation[:-1], control)),
            "limit_recall": limit_recall(p),
            "threshold_interval": threshold_interval(p),
            "valid": p.core_share == 1.0
            and bool(np.isfinite(mean).all())
            and loudness(p) < LOUDEST
            and bool(np.all(tails(p, at, np.where(np.isnan(square), mean**2, square)) < TAILS)),
        }


def moments(p: Any, at: Ints, injections: Ints) -> Array:
    """Mean and mean square of the recall, (2, R)."""
    h = np.append(0.0, powers(p, p.capacity_exponent))
    fact = np.append(0.0, np.sqrt(powers(p, p.fact_exponent)))
    found = np.empty((2, len(at)))
    settings = (p.learning_rate, float(p.batch), p.noise, p.start_error / p.n_modes, p.strength)
    recall_course(h, fact, *settings, injections, at, *found)
    return found


def means(p: Any, at: Ints) -> Array:
    """Mean recall (R,), of any number of modes."""
    square = powers(p, p.fact_exponent)
    known, found = np.zeros(p.n_modes), np.empty(len(at))
    left = repeated(1.0 - p.learning_rate * powers(p, p.capacity_exponent))
    for dt, kept in events(p, at):
        known *= left(dt)
        if kept < 0:
            known += p.strength * (1.0 - known.sum()) * square / square.sum()
        else:
            found[kept] = known.sum()
    return found


def events(p: Any, at: Ints) -> list[tuple[int, int]]:
    """Records, by number, and injections, -1, in turn, each with the updates since the last."""
    due = [(int(t), 1, -1) for t in injected_at(p)] + [(int(t), 0, k) for k, t in enumerate(at)]
    due.sort()
    before = [0] + [t for t, _, _ in due[:-1]]
    return [(t - b, kept) for (t, _, kept), b in zip(due, before, strict=True)]


def repeated(factor: Array) -> Callable[[int], Array]:
    """factor^n as a function of n, which is the same for most events."""
    return lru_cache(maxsize=2)(lambda n: factor**n)


def above(distance: Array, deviation: Array) -> Array:
    """Phi(distance/deviation); a step where there is no deviation."""
    from scipy.special import ndtr  # 0.1 s to import, and seldom needed

    return np.asarray(ndtr(np.where(distance == 0.0, 0.0, distance / deviation)))


def loudness(p: Any) -> float:
    """sum_i eta h_i/(B (2 - eta h_i (1 + 1/B))): the mean square is stable below 1, and where every
    denominator is positive; else infinite.
    """
    pull = p.learning_rate * powers(p, p.capacity_exponent)
    room = p.batch * (2.0 - pull * (1.0 + 1.0 / p.batch))
    return float(np.sum(pull / room)) if room.min() > 0.0 else np.inf


def tails(p: Any, at: Ints, square: Array) -> Array:
    """Fourth moment of the recall over the square of its second, as if only one mode at a time were
    there: products of (1 - eta h_i chi^2_B/B) have heavy tails, (R,).
    """
    pull, b = p.learning_rate * powers(p, p.capacity_exponent), 1.0 / p.batch
    m2, m3 = 1.0 + 2.0 * b, (1.0 + 2.0 * b) * (1.0 + 4.0 * b)
    grown = 1.0 - 4.0 * pull + 6.0 * m2 * pull**2 - 4.0 * m3 * pull**3
    grown += m3 * (1.0 + 6.0 * b) * pull**4
    fact = powers(p, p.fact_exponent)
    fourth = np.full(p.n_modes, 3.0 * (p.start_error / p.n_modes) ** 2)
    found, left = np.empty(len(at)), repeated(grown)
    for dt, kept in events(p, at):
        fourth *= left(dt)
        if kept < 0:
            fourth += p.strength**4 * fact**2 / fact.sum() ** 4
        else:
            found[kept] = np.sum(fact**2 * fourth)
    return np.where(found > 0.0, found / square**2, 0.0)
