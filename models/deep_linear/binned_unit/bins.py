"""Probabilities of the bins of a unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, xlogy

Array = npt.NDArray[np.float64]

FAR = 9.0  # standard deviations beyond which there are no samples


def probabilities(activation: str, weight: float, n_bins: int) -> Array:
    """Of every bin; those of linear and relu units as far as samples go."""
    if activation == "tanh":
        inner = np.arctanh(np.linspace(-1.0, 1.0, n_bins + 1)[1:-1])
    else:
        width = 2.0 / n_bins
        inner = width * np.arange(1, int(FAR * weight / width) + 2)
        inner = inner if activation == "relu" else np.concatenate([-inner[::-1], [0.0], inner])
    edges = inner / weight
    # Differences of the upper tail on the right, where those of Phi cancel.
    below = np.concatenate([[0.0], ndtr(edges), [1.0]])
    above = np.concatenate([[1.0], ndtr(-edges), [0.0]])
    return np.where(below[1:] < 0.5, np.diff(below), -np.diff(above))


def entropy(p: Array) -> float:
    return float(-np.sum(xlogy(p, p)))


def best_weight(p: Any) -> float:
    """The most by bounded maximisation."""
    if p.n_bins < 3:
        raise ValueError(f"n_bins = {p.n_bins}: give three bins or more")

    def lost(weight: float) -> float:
        return -entropy(probabilities("tanh", weight, p.n_bins))

    found = minimize_scalar(lost, bounds=(0.05, 3.0), method="bounded", options={"xatol": 1e-10})
    return float(found.x)
