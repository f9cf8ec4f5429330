"""Ridge fits, made again without (or with) the rows, and the steps that stand for it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.deletion.problem import data

Array = npt.NDArray[np.float64]


class Loss(NamedTuple):
    """|y - X w|^2/2 + ridge |w|^2/2."""

    x: Array
    y: Array
    ridge: float

    def least(self) -> Array:
        """Its minimum (d,)."""
        d = self.x.shape[1]
        x = np.vstack([self.x, np.sqrt(self.ridge) * np.eye(d)])
        return np.asarray(np.linalg.lstsq(x, np.append(self.y, np.zeros(d)), rcond=None)[0])

    def gradient(self, w: Array) -> Array:
        return np.asarray(self.x.T @ (self.x @ w - self.y) + self.ridge * w)

    def hessian(self) -> Array:
        return np.asarray(self.x.T @ self.x + self.ridge * np.eye(self.x.shape[1]))


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p, given = row.p, data(row)
    all_rows = Loss(given.x, given.y, p.ridge)
    without = Loss(np.delete(given.x, given.chosen, 0), np.delete(given.y, given.chosen), p.ridge)
    rows = Loss(given.x[given.chosen], given.y[given.chosen], 0.0)
    before, after = (without, all_rows) if given.new else (all_rows, without)
    start, again = before.least(), after.least()
    off = estimated(p, before, after, rows, start, again) - again
    leverage = np.sum(rows.x * np.linalg.solve(before.hessian(), rows.x.T).T, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.linalg.norm(off) / np.linalg.norm(start - again)
    return {
        "leverage": leverage.mean(),
        "relative_error": relative,
        "leftover": np.linalg.norm(rows.x @ off),
        "amplification": np.mean(1.0 / (1.0 + (leverage if given.new else -leverage))),
    }


def estimated(p: Any, before: Loss, after: Loss, rows: Loss, start: Array, again: Array) -> Array:
    """What stands for the fit again (d,): steps with the inverse Hessian of the fit before, or the
    best one along the gradient of the rows.
    """
    if p.method == "retrain":
        return again
    if p.method == "ascent":
        along = rows.gradient(start)
        return np.asarray(start + along * (along @ (again - start)) / (along @ along))
    w, hessian = start, before.hessian()
    for _ in range(p.iterations if p.method == "iterated" else 1):
        w = w - np.linalg.solve(hessian, after.gradient(w))
    return w
