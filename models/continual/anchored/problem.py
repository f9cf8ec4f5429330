"""What both sides are given: Hessians, teachers and rows of a row's tasks, and the measures."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]


class Tasks(NamedTuple):
    """Hessians (T, d, d), teachers (T, d), and rows (T, n, d)."""

    hessians: Array
    teachers: Array
    rows: Array


def tasks(row: Row) -> Tasks:
    """Drawn from the stream ``tasks``: the same whatever the method."""
    p = row.p
    rng = row.generator("tasks")
    d, deviation = p.dimension, np.arange(1.0, p.dimension + 1.0) ** (-0.5 * p.spectrum)
    common, hessians, teachers, rows = rng.standard_normal(d), [], [], []
    for t in range(p.n_tasks):
        private, turn = rng.standard_normal(d), rng.standard_normal((d, d))
        x = rng.standard_normal((p.n_samples, d)) * deviation
        turned = p.rotation == "all" or (p.rotation == "new" and t > 0)
        axes = haar(turn) if turned else np.eye(d)
        x = x @ axes.T
        covariance = (axes * deviation**2) @ axes.T
        hessians.append(x.T @ x / p.n_samples if p.n_samples else covariance)
        teachers.append(np.sqrt(p.similarity) * common + np.sqrt(1.0 - p.similarity) * private)
        rows.append(x)
    return Tasks(np.array(hessians), np.array(teachers), np.array(rows))


def haar(draws: Array) -> Array:
    """A random rotation (d, d) from normal draws (d, d)."""
    q, r = np.linalg.qr(draws)
    return np.asarray(q * np.sign(np.diagonal(r)))


def losses(given: Tasks, w: Array) -> Array:
    """(w - v)'H(w - v)/2 of every task (T,)."""
    off = w - given.teachers
    return np.asarray(0.5 * np.einsum("ti,tij,tj->t", off, given.hessians, off))


def observed(given: Tasks, w: Array, importance: Array) -> dict[str, Any]:
    """Observables of the last weights (d,) and the importances (d,) that held them."""
    loss = losses(given, w)
    return {
        "task_loss": loss,
        "old_loss": loss[:-1].mean(),
        "new_loss": loss[-1],
        "importance": importance,
    }
