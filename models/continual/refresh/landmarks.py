"""Landmarks of refresh learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.models.continual.refresh.theory import mean_course
from toysim.numerics.least_squares import padded


def _best(p: Any) -> tuple[float, float]:
    """Learning rate of the least mean loss at the end, and that loss."""
    from scipy.optimize import minimize_scalar  # 0.2 s to import, and seldom needed

    h, at = padded(np.arange(1.0, p.dimension + 1.0) ** -p.spectrum), np.array([p.n_updates])
    start = padded(np.full(p.dimension, 1.0 / p.dimension))

    def logarithm(log_rate: float) -> float:
        loss = np.empty(1)
        rate = float(np.exp(log_rate))
        mean_course(h, start, p.noise, rate, p.unlearning_rate, at, loss)
        return float(np.log(loss[0])) if np.isfinite(loss[0]) else 1e3

    grid = np.log(np.geomspace(1e-9, 2.0, 211) / h.sum())
    at_best = int(np.argmin([logarithm(x) for x in grid]))
    around = grid[max(at_best - 1, 0)], grid[min(at_best + 1, len(grid) - 1)]
    options = {"xatol": 1e-9}
    found = minimize_scalar(logarithm, bounds=around, method="bounded", options=options)
    if at_best == 0 or not found.fun < np.log(0.5 * np.sum(h * start)):
        raise ValueError(
            f"unlearning_rate = {p.unlearning_rate:g}, noise = {p.noise:g}: the mean loss grows at "
            "every learning rate; lower them"
        )
    return float(np.exp(found.x)), float(np.exp(found.fun))


def best_learning_rate(p: Any) -> float:
    """eta of the least mean loss after all updates."""
    return _best(p)[0]


def best_loss(p: Any) -> float:
    """The loss there."""
    return _best(p)[1]
