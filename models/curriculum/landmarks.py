"""Largest stable learning rates: above them second moments of the weights grow. Derived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from toysim.models.curriculum.angles.theory import update_maps
from toysim.models.curriculum.denoising.problem import stages
from toysim.models.curriculum.denoising.theory import update_map
from toysim.models.curriculum.spectral.problem import modes
from toysim.numerics.mean_square import largest_stable_rate

Array = npt.NDArray[np.float64]

KEPT = 1.0 + 1e-10  # eigenvalues of directions that no level shows are 1 at every rate


def angles_stable_rate(p: Any) -> float:
    """Of the most concentrated sequences alone: the larger eigenvalue of (P, Q) is 1."""
    c = np.array([p.concentration_high])
    return _limit(lambda eta: update_maps(c, p, eta)[0])


def denoising_stable_rate(p: Any) -> float:
    """The least of the stages, from their maps' linear and square parts in the rate."""
    return min(_limit(_maps(stage, p)) for stage in stages(p))


def spectral_stable_rate(p: Any) -> float:
    """All modes shown: sum_i eta h_i/(B (2 - eta h_i (1 + 1/B))) = 1."""
    return float(largest_stable_rate(modes(p)[0], float(p.batch_size), 0.0))


def _maps(stage: Any, p: Any) -> Callable[[float], Array]:
    """1 - eta X + eta^2 Y of the second moments, by two rates."""
    size = p.n_features**2
    one, two = (update_map(stage, p, eta)[:, :size, :size] for eta in (1.0, 2.0))
    eye = np.eye(size)
    Y = 0.5 * (two - 2.0 * one + eye)
    X = eye + Y - one
    return lambda eta: eye - eta * X + eta * eta * Y


def _limit(maps: Callable[[float], Array]) -> float:
    """The rate at which the largest eigenvalue of some map leaves 1."""

    def excess(eta: float) -> float:
        return float(np.abs(np.linalg.eigvals(maps(eta))).max() - KEPT)

    high = 1e-6
    while excess(high) <= 0.0:
        high *= 2.0
    return float(brentq(excess, 0.5 * high, high, xtol=1e-14, rtol=1e-13))
