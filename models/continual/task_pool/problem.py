"""What both sides are given: the pool, task by task in its principal directions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.continual.sequences import settings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What the rows depend on beside the root seed: not the replica, nor how they are visited.
OF_POOL = ("pool_draw", "n_tasks", "n_samples", "dimension")
READ = (*OF_POOL, "rows_kind", "rows", "visit_kind", "plasticity", "learning_rate", "visit_steps")


class Pool(NamedTuple):
    """Directions (K, n, d), orthonormal within a task; curvatures of H_j along them and shares that
    a visit takes of the error there, both (K, n): B_j = 1 - V_j' diag(share_j) V_j.
    """

    directions: Array
    curvature: Array
    share: Array

    def losses(self, square: Array) -> Array:
        """Losses of the tasks (K,) from the mean squares (K, n) along the directions."""
        return np.asarray(0.5 * np.sum(self.curvature * square, axis=1))


def pools(batch: Batch) -> tuple[Ints, list[Pool]]:
    """Which pool a row has (n_rows,), and the pools."""
    which, distinct = settings(batch, READ)
    shared = batch.sharing(*OF_POOL)
    first = (int(np.argmax(which == k)) for k in range(len(distinct)))
    return which, [
        pool(p, shared.generator(i, "pool")) for p, i in zip(distinct, first, strict=True)
    ]


def pool(p: Any, rng: np.random.Generator) -> Pool:
    """The pool of some parameters."""
    shape = (p.n_tasks, p.n_samples, p.dimension)
    rows = np.array(p.rows).reshape(shape) if p.rows else rng.standard_normal(shape)
    _, size, directions = np.linalg.svd(rows, full_matrices=False)
    if p.rows_kind == "orthonormal":
        size = np.full_like(size, np.sqrt(p.dimension))
    there = size > 1e-12 * size.max()  # rows that others of the task span move nothing
    curvature = np.where(there, size**2 / p.n_samples, 0.0)
    share = np.where(there, p.plasticity, 0.0)
    if p.visit_kind == "descend":
        with np.errstate(over="ignore"):
            share = 1.0 - (1.0 - p.learning_rate * curvature) ** p.visit_steps
    return Pool(np.ascontiguousarray(directions), curvature, share)
