"""Ridge fits, made again without (or with) the rows, and the steps that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.continual.deletion.problem import data
from toysim.models.continual.sequences import settings
from toysim.numerics.draws import Words

Array = npt.NDArray[np.float64]

BLOCK = 2**16  # inputs held at once: half a megabyte, 2**20 take twice the time


@dataclass(frozen=True)
class Loss:
    """|y - X w|^2/2 + ridge |w|^2/2 of several data sets, x (B, n, d) and y (B, n, 1): Hessian
    (B, d, d), and X'y (B, d, 1).
    """

    x: Array
    y: Array
    ridge: float
    hessian: Array
    pull: Array

    @classmethod
    def of(cls, x: Array, y: Array, ridge: float, rows: Any) -> Loss:
        """On some of the rows, each set in one piece: products of strided ones are rounded as their
        neighbours in memory lie.
        """
        x, y = x.take(rows, axis=1), y.take(rows, axis=1)
        turned = x.swapaxes(1, 2)
        return cls(x, y, ridge, turned @ x + ridge * np.eye(x.shape[2]), turned @ y)

    def gradient(self, w: Array) -> Array:
        return np.asarray(self.x.swapaxes(1, 2) @ (self.x @ w - self.y) + self.ridge * w)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one setting side by side."""
    which, distinct = settings(batch, batch.model.parameters)
    words = batch.words("data")
    found: Rows = {}
    for k, p in enumerate(distinct):
        of_setting = np.flatnonzero(which == k)
        at_once = max(1, BLOCK // ((p.n_samples + p.n_deleted) * p.dimension))
        for first in range(0, len(of_setting), at_once):
            some = of_setting[first : first + at_once]
            for name, values in _side_by_side(p, words[some]).items():
                found.setdefault(name, np.empty(len(batch)))[some] = values
    return found


def _side_by_side(p: Any, words: Words) -> Rows:
    x, y, chosen, new = data(p, words)
    y = y[..., None]
    without = Loss.of(x, y, p.ridge, np.delete(np.arange(x.shape[1]), chosen))
    own = Loss.of(x, y, 0.0, chosen)
    whole = Loss(x, y, p.ridge, without.hessian + own.hessian, without.pull + own.pull)
    before, after = (without, whole) if new else (whole, without)
    known = np.concatenate([before.pull, own.x.swapaxes(1, 2)], axis=2)
    start, towards = np.split(np.linalg.solve(before.hessian, known), [1], axis=2)
    start = np.ascontiguousarray(start)
    again = np.asarray(np.linalg.solve(after.hessian, after.pull), np.float64)
    off = estimated(p, before, after, own, start, again) - again
    leverage = np.sum(own.x * towards.swapaxes(1, 2), axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.linalg.norm(off, axis=(1, 2)) / np.linalg.norm(start - again, axis=(1, 2))
    return {
        "leverage": leverage.mean(axis=1),
        "relative_error": relative,
        "leftover": np.linalg.norm(own.x @ off, axis=(1, 2)),
        "amplification": np.mean(1.0 / (1.0 + (leverage if new else -leverage)), axis=1),
    }


def estimated(p: Any, before: Loss, after: Loss, own: Loss, start: Array, again: Array) -> Array:
    """What stands for the fit again (B, d, 1): steps with the inverse Hessian of the fit before, or
    the best one along the gradient of the rows.
    """
    if p.method == "retrain":
        return again
    if p.method == "ascent":
        along = own.gradient(start)
        share = np.sum(along * (again - start), axis=1) / np.sum(along * along, axis=1)
        return np.asarray(start + along * share[:, None])
    w, hessian = start, before.hessian
    for _ in range(p.iterations if p.method == "iterated" else 1):
        w = w - np.linalg.solve(hessian, after.gradient(w))
    return w
