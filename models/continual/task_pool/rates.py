"""Late rates of learning of a pool: eigenvalues of what its visits do; derived."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.continual.sequences import imbalanced
from toysim.models.continual.task_pool.problem import Pool
from toysim.models.continual.task_pool.visiting import advance, room, visit

Array = npt.NDArray[np.float64]

LARGEST = 200  # weights, of the rate at random
NONE = 1e-10  # an eigenvalue that is 0


def rates(p: Any, pool: Pool) -> dict[str, float]:
    """Diagnostics of the pool, in the space that its rows span; NaN unless asked for."""
    if not p.rates:
        return dict.fromkeys(("random_rate", "cyclic_rate", "smallest_eigenvalue"), math.nan)
    there = np.where(pool.curvature > 0.0, 1.0, 0.0)[..., None] * pool.directions
    chance = imbalanced(p) / np.sum(imbalanced(p))
    projector = np.einsum("j,jai,jak->ik", chance, there, there)
    size, basis = np.linalg.eigh(projector)
    inside = size > NONE
    directions = np.ascontiguousarray(pool.directions @ basis[:, inside])
    return {
        "random_rate": random_rate(directions, pool.share, chance),
        "cyclic_rate": cyclic_rate(directions, pool.share),
        "smallest_eigenvalue": float(size[inside][0]) if inside.any() else math.nan,
    }


def random_rate(directions: Array, share: Array, chance: Array) -> float:
    """Largest eigenvalue of M -> sum_j q_j B_j M B_j, which is symmetric; NaN of large pools."""
    from scipy.sparse.linalg import LinearOperator, eigsh  # 0.1 s to import

    r = directions.shape[2]
    if not 0 < r <= LARGEST:
        return math.nan
    of = visit(directions, share, chance)
    space = room(of)

    def visited(flat: Array) -> Array:
        m, new = flat.reshape(r, r), np.empty((r, r))
        advance(0.5 * (m + m.T), of, space, new)
        return new.ravel()

    if r == 1:
        return float(visited(np.ones(1))[0])
    operator = LinearOperator((r * r, r * r), matvec=visited, dtype=np.float64)
    start = np.eye(r).ravel()
    return float(eigsh(operator, k=1, which="LA", v0=start, tol=1e-8, return_eigenvectors=False)[0])


def cyclic_rate(directions: Array, share: Array) -> float:
    """Square of the largest eigenvalue, in size, of B_{K-1} ... B_0."""
    product = np.eye(directions.shape[2])
    for rows, taken in zip(directions, share, strict=True):
        product -= (rows * taken[:, None]).T @ (rows @ product)
    return float(np.max(np.abs(np.linalg.eigvals(product))) ** 2) if len(product) else math.nan
