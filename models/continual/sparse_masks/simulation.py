"""Random masks drawn, and weights set by one task after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.arrangements import root
from toysim.models.continual.sparse_masks.problem import energies, masked

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def masks(rng: np.random.Generator, p: Any) -> Flags:
    """Which weights (T, d) are in each task's mask: a random choice of the number in each layer."""
    layers = []
    for n, m in zip(p.sizes, masked(p), strict=True):
        chosen = np.zeros((p.n_tasks, n), bool)
        rank = rng.random((p.n_tasks, n)).argsort(axis=1)
        np.put_along_axis(chosen, rank[:, :m], True, axis=1)
        layers.append(chosen)
    return np.concatenate(layers, axis=1)


def teachers(rng: np.random.Generator, p: Any) -> Array:
    """Normal weights (T, d), of correlation 1 - D/2 between tasks."""
    alike = 1.0 - 0.5 * p.distance
    gram = np.where(np.eye(p.n_tasks) == 1.0, 1.0, alike)
    deviation = np.sqrt(np.repeat(energies(p), p.sizes))
    return root(gram) @ rng.standard_normal((p.n_tasks, len(deviation))) * deviation


def learned(row: Row) -> Rows:
    """Observables of one row."""
    p = row.p
    mask, v = masks(row.generator("masks"), p), teachers(row.generator("teachers"), p)
    w, owned = np.zeros(v.shape[1]), np.zeros(v.shape[1], bool)
    for own, teacher in zip(mask, v, strict=True):
        free = own & ~owned if p.rule == "freeze" else own
        w[free] = teacher[free]
        owned |= own
    error = np.sum((mask * w - v) ** 2, axis=1)
    first, second = np.triu_indices(p.n_tasks, 1)
    return {
        "error": error,
        "mean_error": error.mean(),
        "overlap": (mask[first] & mask[second]).mean(axis=1),
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([learned(row) for row in batch.rows()])
