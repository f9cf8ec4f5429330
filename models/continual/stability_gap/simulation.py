"""Descent on the new task from the old one's solution, in weight space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.stability_gap.measures import observed
from toysim.models.continual.stability_gap.problem import problem
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e24  # times the squared start: losses that do not come back


@kernel
def gradients(
    at: Array,
    old: Array,
    new: Array,
    residual: Array,
    weights: tuple[float, float],
    penalty: Array,
    method: int,
    g: Array,
    e: Array,
) -> None:
    """Residuals e (2, P) of w - w_0 = ``at`` (P, 2) and what is descended, g (P, 2).

    g = a e1 x1 + b e2 x2 + lambda A (w - w_0);  method 1 (gem): less its part along the old
    gradient e1 x1 where they conflict, over all pairs;  2 (projection): less that along x1.
    """
    against, size = 0.0, 0.0
    for p in range(len(at)):
        e[0, p] = old[p, 0] * at[p, 0] + old[p, 1] * at[p, 1]
        e[1, p] = new[p, 0] * at[p, 0] + new[p, 1] * at[p, 1] - residual[p]
        for a in range(2):
            g[p, a] = weights[0] * e[0, p] * old[p, a] + weights[1] * e[1, p] * new[p, a]
            g[p, a] += penalty[a, 0] * at[p, 0] + penalty[a, 1] * at[p, 1]
        along = g[p, 0] * old[p, 0] + g[p, 1] * old[p, 1]
        squared = old[p, 0] ** 2 + old[p, 1] ** 2
        against += e[0, p] * along
        size += e[0, p] ** 2 * squared
        if method == 2:
            for a in range(2):
                g[p, a] -= along / squared * old[p, a]
    if method == 1 and against < 0.0:
        for p in range(len(at)):
            for a in range(2):
                g[p, a] -= against / size * e[0, p] * old[p, a]


@kernel
def descend(
    old: Array,
    new: Array,
    residual: Array,
    weights: tuple[float, float],
    penalty: Array,
    method: int,
    eta: float,
    beta: float,
    n_steps: int,
    keep_at: Ints,
    kept: Array,
    losses: Array,
) -> int:
    """w <- w - eta g + beta (w - w before), from w_0. Residuals ``kept`` (2, P, R) at ``keep_at``
    (R,), ascending; ``losses`` (T+1,) of the old task after every step. Returns -1, or the step at
    which they left the finite.
    """
    at, before = np.zeros_like(old), np.zeros_like(old)
    g, e, record = np.empty_like(old), np.empty((2, len(old))), 0
    limit = ESCAPED * (1e-300 + np.sum(residual * residual))
    for t in range(n_steps + 1):
        gradients(at, old, new, residual, weights, penalty, method, g, e)
        losses[t] = 0.5 * np.sum(e[0] * e[0])
        while record < len(keep_at) and keep_at[record] == t:
            kept[:, :, record] = e
            record += 1
        if not np.sum(e * e) <= limit:
            return t
        for p in range(len(at)):
            for a in range(2):
                now = at[p, a]
                at[p, a] = now - eta * g[p, a] + beta * (now - before[p, a])
                before[p, a] = now
    return -1


METHODS = {"gem": 1, "projection": 2}


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    failed_at, found = np.empty(len(batch), np.int64), []
    for i, row in enumerate(batch.rows()):
        p, given = row.p, problem(row.p)
        kept = np.full((2, len(given.residual), len(row.record_at)), np.nan)
        losses = np.full(p.n_steps + 1, np.nan)
        failed_at[i] = descend(
            given.old,
            given.new,
            given.residual,
            (given.old_weight, given.new_weight),
            given.penalty,
            METHODS.get(p.method, 0),
            p.learning_rate,
            p.momentum,
            p.n_steps,
            row.record_at,
            kept,
            losses,
        )
        found.append(observed(kept, losses, given.residual))
    return stacked(found) | ended(failed_at)
