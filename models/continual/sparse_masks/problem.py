"""What both sides are given: how many weights of a layer are in a mask, and the teachers' size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def masked(p: Any) -> Ints:
    """Weights of each layer in a mask (L,): round(rho_l n_l)."""
    sizes = np.array(p.sizes, float)
    return np.asarray(np.rint(densities(p, sizes) * sizes), np.int64)


def densities(p: Any, sizes: Array) -> Array:
    """rho_l (L,) with sum n_l rho_l = rho sum n_l: equal, or in proportion to n_l^-1/2 up to 1."""
    if p.allocation == "uniform":
        return np.full(len(sizes), p.density)
    full, weights = np.zeros(len(sizes), bool), sizes**-0.5
    for _ in sizes:  # those that would exceed 1 are full; the others share the rest
        left = p.density * sizes.sum() - sizes[full].sum()
        below = np.sum((sizes * weights)[~full])
        found = np.where(full, 1.0, weights * left / below if below else 1.0)
        if not (found > 1.0).any():
            return found
        full |= found > 1.0
    return np.ones(len(sizes))


def energies(p: Any) -> Array:
    """Variance of a teacher's weight by layer (L,), their sum over all weights 1."""
    sizes = np.array(p.sizes, float)
    given = np.array(p.layer_energies, float) if p.layer_energies else np.ones(len(sizes))
    return np.asarray(given / np.sum(sizes * given))
