"""What both sides are given: features and residuals of every pair, and the descent's quadratic."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Problem(NamedTuple):
    """Features x1 = sqrt(g1) (1, 0) and x2 = sqrt(g2) (c, sqrt(1-c^2)) of every pair (P, 2), E
    (P,), and the quadratic: weights of the two losses, and the penalty's matrix (2, 2).
    """

    old: Array
    new: Array
    residual: Array
    old_weight: float
    new_weight: float
    penalty: Array


def problem(p: Any) -> Problem:
    """Of typed parameters."""
    c = np.array(p.overlaps, float)
    across = np.sqrt((1.0 - c) * (1.0 + c))
    old = math.sqrt(p.old_curvature) * np.stack([np.ones_like(c), np.zeros_like(c)], axis=1)
    new = math.sqrt(p.new_curvature) * np.stack([c, across], axis=1)
    same = 1.0 - c * math.sqrt(p.new_curvature / p.old_curvature)
    residual = same if p.labels == "same" else np.array(p.residuals, float)
    return Problem(old, new, residual, *weights(p), penalty(p))


def weights(p: Any) -> tuple[float, float]:
    """Of the old and the new loss in what is descended."""
    if p.method == "replay":
        return p.replay_weight, 1.0 - p.replay_weight
    return (p.strength if p.method == "ewc_full" else 0.0), 1.0


def penalty(p: Any) -> Array:
    """lambda A (2, 2): of ewc the diagonal of x1 x1' in axes turned by the angle."""
    if p.method == "l2":
        return np.asarray(p.strength * np.eye(2))
    if p.method != "ewc":
        return np.zeros((2, 2))
    cosine, sine = math.cos(p.angle), math.sin(p.angle)
    first, second = np.array([cosine, -sine]), np.array([sine, cosine])
    size = p.strength * p.old_curvature
    turned = cosine**2 * np.outer(first, first) + sine**2 * np.outer(second, second)
    return np.asarray(size * turned)
