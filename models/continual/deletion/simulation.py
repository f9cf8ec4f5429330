"""Ridge fits, made again without (or with) the rows, and the steps that stand for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.models.continual.deletion.problem import data
from toysim.models.continual.sequences import settings

Array = npt.NDArray[np.float64]

BLOCK = 2**20  # inputs held at once


@dataclass(frozen=True)
class Loss:
    """|y - X w|^2/2 + ridge |w|^2/2 of several data sets, x (B, n, d) and y (B, n, 1)."""

    x: Array
    y: Array
    ridge: float

    def of(self, rows: Any) -> Loss:
        """The same of some of the rows alone, each set in one piece: products of strided ones are
        rounded as their neighbours in memory lie.
        """
        return Loss(self.x.take(rows, axis=1), self.y.take(rows, axis=1), self.ridge)

    def least(self) -> Array:
        """Its minimum (B, d, 1)."""
        return np.asarray(np.linalg.solve(self.hessian, self.x.swapaxes(1, 2) @ self.y))

    def gradient(self, w: Array) -> Array:
        return np.asarray(self.x.swapaxes(1, 2) @ (self.x @ w - self.y) + self.ridge * w)

    @cached_property
    def hessian(self) -> Array:
        return np.asarray(self.x.swapaxes(1, 2) @ self.x + self.ridge * np.eye(self.x.shape[2]))


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one setting side by side."""
    which, distinct = settings(batch, batch.model.parameters)
    rows = list(batch.rows())
    found: Rows = {}
    for k, p in enumerate(distinct):
        of_setting = np.flatnonzero(which == k)
        at_once = max(1, BLOCK // ((p.n_samples + p.n_deleted) * p.dimension))
        for first in range(0, len(of_setting), at_once):
            some = of_setting[first : first + at_once]
            for name, values in _side_by_side(p, [rows[i] for i in some]).items():
                found.setdefault(name, np.empty(len(batch)))[some] = values
    return found


def _side_by_side(p: Any, rows: list[Row]) -> Rows:
    x, y, chosen, new = data(p, rows)
    all_rows = Loss(x, y[..., None], p.ridge)
    without = all_rows.of(np.delete(np.arange(x.shape[1]), chosen))
    own = replace(all_rows.of(chosen), ridge=0.0)
    before, after = (without, all_rows) if new else (all_rows, without)
    start, again = before.least(), after.least()
    off = estimated(p, before, after, own, start, again) - again
    towards = np.linalg.solve(before.hessian, own.x.swapaxes(1, 2))
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
