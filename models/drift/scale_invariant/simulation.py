"""The learner simulated: a chain of two numbers, or vectors of d of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.drift.scale_invariant.measures import outputs, with_end
from toysim.models.drift.scale_invariant.problem import Learner, best_rate, learners
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12  # a square beyond this does not come back


@kernel
def turned(c: float, d: int, drift: float, rng: Any) -> float:
    """Overlap after m <- (sqrt(1 - 2 delta/d) m + sqrt(2 delta/d) z/sqrt(d)), normalised."""
    kept, moved = math.sqrt(1.0 - 2.0 * drift / d), math.sqrt(2.0 * drift) / d
    along, across, rest = rng.standard_normal(), rng.standard_normal(), rng.chisquare(d - 2.0)
    norm = math.hypot(kept + moved * along, moved * math.sqrt(across * across + rest))
    sine = math.sqrt(max(0.0, 1.0 - c * c))
    overlap: float = (kept * c + moved * (c * along + sine * across)) / norm
    return overlap


@kernel
def fresh_overlap(d: int, rng: Any) -> float:
    """Cosine of fixed weights and a random target."""
    z: float = rng.standard_normal()
    return z / math.sqrt(z * z + rng.chisquare(d - 1.0))


@kernel
def chain(row: Learner, data: Any, target: Any, keep_at: Ints, course: Array, ends: Array) -> int:
    """Overlap c and norm of the weights, update by update; exact for every d, derived.

        e = c p + sqrt(1 - c^2) n - p + sigma xi,  f = eta e/|w|,  a = 1 - decay
        |w|^2 <- a^2 |w|^2 + f^2 (n^2 + k),  c <- (a |w| c + f n sqrt(1 - c^2))/|w|

    p, n, xi ~ N(0, 1), k ~ chi2(d - 2). ``course`` (2, R): c and the effective rate at ``keep_at``
    (R,), ascending; ``ends``: c before each new target. Returns -1, or the update that left the
    numbers.
    """
    c, norm, kept, done = 0.0, 1.0, 0, 0
    sigma, a = math.sqrt(row.s2), 1.0 - row.shrunk / row.d
    for t in range(row.end + 1):
        rate = best_rate(c, row.s2, row.gamma) if row.greedy else row.gamma / (norm * norm)
        while kept < len(keep_at) and keep_at[kept] == t:
            course[0, kept], course[1, kept] = c, rate
            kept += 1
        if row.task > 0 and t > 0 and t % row.task == 0:
            ends[done] = c
            done += 1
        if t == row.end:
            break
        if row.task > 0 and t > 0 and t % row.task == 0:
            c = fresh_overlap(row.d, target)
        if row.drift > 0.0:
            c = turned(c, row.d, row.drift, target)
        if row.greedy:
            rate = best_rate(c, row.s2, row.gamma)
        p, n, xi = data.standard_normal(), data.standard_normal(), data.standard_normal()
        sine = math.sqrt(max(0.0, 1.0 - c * c))
        f = rate * norm / row.d * (c * p + sine * n - p + sigma * xi)
        along, grown = a * norm * c + f * sine * n, f * f * (n * n + data.chisquare(row.d - 2.0))
        norm = math.sqrt(a * a * norm * norm + grown)
        c = min(1.0, max(-1.0, along / norm))
        if not 1e-100 < norm < 1e100:
            return t + 1
        if row.project:
            norm = 1.0
    return -1


@kernel
def turn(m: Array, row: Learner, again: bool, rng: Any) -> None:
    """The target (d,) moved, or drawn anew; normalised."""
    kept, moved = math.sqrt(1.0 - 2.0 * row.drift / row.d), math.sqrt(2.0 * row.drift) / row.d
    for i in range(row.d):
        z = rng.standard_normal()
        m[i] = z if again else kept * m[i] + moved * z
    m /= math.sqrt(np.sum(m * m))


@kernel
def vectors(row: Learner, data: Any, target: Any, keep_at: Ints, course: Array, ends: Array) -> int:
    """The same with w and m (d,) written out: what the chain is held against."""
    w, m, x = np.zeros(row.d), np.zeros(row.d), np.empty(row.d)
    w[0], m[1], kept, done = 1.0, 1.0, 0, 0
    for t in range(row.end + 1):
        norm = math.sqrt(np.sum(w * w))
        c = np.sum(w * m) / norm
        rate = best_rate(c, row.s2, row.gamma) if row.greedy else row.gamma / (norm * norm)
        while kept < len(keep_at) and keep_at[kept] == t:
            course[0, kept], course[1, kept] = c, rate
            kept += 1
        over = row.task > 0 and t > 0 and t % row.task == 0
        if over:
            ends[done] = c
            done += 1
        if t == row.end:
            break
        if over:
            turn(m, row, True, target)
        if row.drift > 0.0:
            turn(m, row, False, target)
        if row.greedy:
            rate = best_rate(np.sum(w * m) / norm, row.s2, row.gamma)
        for i in range(row.d):
            x[i] = data.standard_normal()
        along = np.sum(w * x) / norm
        e = np.sum(m * x) - along + math.sqrt(row.s2) * data.standard_normal()
        f = rate * norm / row.d * e
        w[:] = (1.0 - row.shrunk / row.d) * w + f * (x - along / norm * w)
        if not 1e-100 < np.sum(w * w) < 1e100:
            return t + 1
        if row.project:
            w /= math.sqrt(np.sum(w * w))
    return -1


@kernel
def plain(row: Learner, data: Any, keep_at: Ints, loss: Array) -> int:
    """|w - m|^2/2 (R + 1,) of plain regression at ``keep_at`` (R,) and at the end; exact, derived.

    |u|^2 <- |u|^2 + 2 eta e |u| p + eta^2 e^2 (p^2 + k),  e = sigma xi - |u| p,  k ~ chi2(d - 1)
    """
    square, eta, sigma, kept = 1.0, row.gamma / row.d, math.sqrt(row.s2), 0
    for t in range(row.end + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * square
            kept += 1
        if not square < ESCAPED:
            return t
        if t < row.end:
            p = math.sqrt(square) * data.standard_normal()
            e = sigma * data.standard_normal() - p
            ahead = data.standard_normal() if square == 0.0 else p / math.sqrt(square)
            length = ahead * ahead + data.chisquare(row.d - 1.0)
            square = max(0.0, square + 2.0 * eta * e * p + eta * eta * e * e * length)
    loss[-1] = 0.5 * square
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; overlap and effective rate of normalised learners."""
    n, records = batch.record_at.shape
    course = np.full((n, 2, records + 1), np.nan)
    loss = np.full((n, records + 1), np.nan)
    ends = np.full((n, batch.model.dims[0].size(next(batch.rows()).p)), np.nan)
    at, failed_at = with_end(batch), np.empty(n, np.int64)
    for i, learner in enumerate(learners(batch)):
        data, target = batch.generator(i, "data"), batch.generator(i, "target")
        if batch["normalised"][i]:
            run = vectors if batch["explicit"][i] else chain
            failed_at[i] = run(learner, data, target, at[i], course[i], ends[i])
            loss[i] = 1.0 - course[i, 0]
        else:
            failed_at[i] = plain(learner, data, at[i], loss[i])
    return outputs(course, loss, ends) | ended(failed_at)
