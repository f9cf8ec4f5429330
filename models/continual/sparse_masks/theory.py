"""Exact mean errors of random subnetworks, and the best densities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.sparse_masks.problem import energies, masked

Array = npt.NDArray[np.float64]


def best_density(n_tasks: int, distance: float) -> float:
    """rho* = 1 - ((D-1)/D)^(1/(T-1)), and 1 for D <= 1: then sharing all is best; derived."""
    if distance <= 1.0:
        return 1.0
    return float(-np.expm1(np.log1p(-1.0 / distance) / (n_tasks - 1)))


def best_layers(sizes: Array, energy: Array, total: float, n_tasks: int, distance: float) -> Array:
    """Densities (L,) of the least mean error at a fixed number ``total`` of masked weights:
    s_l ((D-1) - D (1-rho_l)^(T-1)) equal in all layers with 0 < rho_l < 1, by bisection; derived.
    """

    def at(level: float) -> Array:
        left = np.clip((distance - 1.0 - level / energy) / distance, 0.0, 1.0)
        return np.asarray(1.0 - left ** (1.0 / (n_tasks - 1)))

    low, high = -energy.max(), energy.max() * (distance + 1.0)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if np.sum(sizes * at(middle)) < total else (low, middle)
    return at(0.5 * (low + high))


def predicted(row: Row) -> Rows:
    """Every observable and diagnostic of one row.

    E error_k = sum of energy (1 - rho + rho D (1 - (1-rho)^later)), later = T - k (overwrite) or
    k - 1 (freeze): freezing mirrors overwriting in time; derived.
    """
    p = row.p
    sizes, energy = np.array(p.sizes, float), energies(p)
    rho = masked(p) / sizes
    k = np.arange(1.0, p.n_tasks + 1.0)
    later = p.n_tasks - k if p.rule == "overwrite" else k - 1.0
    taken = 1.0 - (1.0 - rho) ** later[:, None]
    error = (1.0 - rho + rho * p.distance * taken) @ (sizes * energy)
    pairs = p.n_tasks * (p.n_tasks - 1) // 2
    return {
        "error": error,
        "mean_error": error.mean(),
        "overlap": np.full(pairs, np.sum(sizes * rho**2) / sizes.sum()),
        "layer_density": rho,
        "best_layer_density": best_of(p, sizes, energy, float(np.sum(sizes * rho))),
        "valid": np.array(True),
    }


def best_of(p: Any, sizes: Array, energy: Array, total: float) -> Array:
    """NaN of equal teachers: every density is then as good as its share of the energy."""
    if p.distance == 0.0:
        return np.full(len(sizes), np.nan)
    return best_layers(sizes, energy, total, p.n_tasks, p.distance)


def predict(batch: Batch) -> Rows:
    """Every observable, at the rounded densities."""
    return stacked([predicted(row) for row in batch.rows()])
