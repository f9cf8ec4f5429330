"""Descent on one task after the other, each anchored at the end of the one before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.anchored.problem import Tasks, observed, tasks
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]

MOST_STEPS = 1_000_000
STILL = 1e-13  # gradient over the largest curvature at which a descent has ended
ANGLES = 2 * np.pi * (np.arange(4096) + 0.5) / 4096


@kernel
def descend(m: Array, c: Array, eta: float, still: float, w: Array, path: Array) -> int:
    """w <- w - eta g, g = m w - c, until |g| < ``still``; w (d,) overwritten, ``path`` (d,) the sum
    of eta g^2. Returns the steps, or -1 if they were not enough.
    """
    d, g = len(w), np.empty(len(w))
    for t in range(MOST_STEPS):
        square = 0.0
        for i in range(d):
            total = -c[i]
            for j in range(d):
                total += m[i, j] * w[j]
            g[i] = total
            square += total * total
        if square < still * still:
            return t
        for i in range(d):
            path[i] += eta * g[i] * g[i]
            w[i] -= eta * g[i]
    return -1


def of_inputs(h: Array, w: Array) -> Array:
    """E |d f^2/d w_i| = 2 E |f x_i| (d,), f = w.x, x ~ N(0, h): the mean over the angle in the
    plane of f and x_i, of whose squared radius the mean is 2.
    """
    size, own = np.sqrt(w @ h @ w), np.sqrt(np.diagonal(h))
    rho = np.clip(h @ w / (size * own), -1.0, 1.0)[:, None]
    both = np.cos(ANGLES) * (rho * np.cos(ANGLES) + np.sqrt(1.0 - rho**2) * np.sin(ANGLES))
    return np.asarray(4.0 * size * own * np.abs(both).mean(axis=1))


class Anchor:
    """What is held of the tasks so far: the matrix A (d, d), added up."""

    def __init__(self, p: Any) -> None:
        self.p, d = p, p.dimension
        self.matrix = np.eye(d) if p.method == "l2" else np.zeros((d, d))
        self.across = np.eye(d)

    def add(self, h: Array, rows: Array, w: Array, moved: Array, path: Array) -> None:
        """After a task, from its Hessian, rows, end, move and path integral."""
        method = self.p.method
        if method == "joint":
            self.matrix += h
        elif method == "ewc":
            self.matrix += np.diag(np.diagonal(h))
        elif method == "si":
            self.matrix += np.diag(path / (moved**2 + self.p.xi))
        elif method == "mas":
            self.matrix += np.diag(of_inputs(h, w))
        elif method == "projection":
            for x in rows:  # Gram-Schmidt: the projector across all rows so far
                left = self.across @ (self.across @ x)
                if left @ left > 1e-24 * (x @ x):
                    self.across -= np.outer(left, left) / (left @ left)


def learned(p: Any, given: Tasks) -> tuple[Rows, int]:
    """Observables of one row, and the task whose descent did not end, or -1."""
    anchor, w = Anchor(p), np.zeros(p.dimension)
    for t, (h, v, rows) in enumerate(zip(*given, strict=True)):
        hold = (p.strength if t else 0.0) * anchor.matrix
        m, c = anchor.across @ (h + hold), anchor.across @ (h @ v + hold @ w)
        largest = float(np.linalg.eigvalsh(h + hold)[-1])
        before, path, importance = w.copy(), np.zeros_like(w), np.diagonal(anchor.matrix).copy()
        if descend(m, c, p.step / largest, STILL * largest, w, path) < 0:
            return observed(given, np.full_like(w, np.nan), importance), t
        anchor.add(h, rows, w, w - before, path)
    return observed(given, w, importance), -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    found = [learned(row.p, tasks(row)) for row in batch.rows()]
    stopped = ended(np.array([at for _, at in found]), Status.NOT_CONVERGED)
    return stacked([rows for rows, _ in found]) | stopped
