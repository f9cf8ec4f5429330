"""Thresholds and best penalties of convex classifiers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from toysim.models.teacher_student import labels
from toysim.models.teacher_student.classifier.fixed_point import solve
from toysim.models.teacher_student.classifier.measures import overlaps
from toysim.models.teacher_student.classifier.parameters import noise_of
from toysim.models.teacher_student.sizes import samples

GRID = 33  # penalties among which the best is looked for first


def critical_ratio(p: Any) -> float:
    noise = noise_of(p) if p.teacher != "mixture" else None
    star = labels.critical_ratio(*noise) if noise else math.nan
    if not math.isfinite(star):
        raise ValueError("known for labels with one kind of noise, which are not always separable")
    return star


def best_square_penalty(p: Any) -> float:
    """It sees c0 = (E y u)^2/rho = 2 (1 - 2 p)^2/(pi (1 + Delta/rho)) alone; derived."""
    if p.teacher != "sign":
        raise ValueError(f"teacher = {p.teacher}: known for teacher = sign")
    c0 = 2.0 * (1.0 - 2.0 * p.flip) ** 2 / (math.pi * (1.0 + p.probit_noise / p.signal))
    return float(1.0 / c0 - 1.0)


def best_penalty(p: Any) -> float:
    """Least error over ln lambda: from a grid on, as the hinge loss is flat at small penalties."""
    if p.loss == "hard_margin":
        raise ValueError("loss = hard_margin has no penalty")
    alpha = samples(p) / p.dimension

    def error(log_penalty: float) -> float:
        at = solve(p, alpha, math.exp(log_penalty))
        return overlaps(p, at.m, at.q)["error"]

    grid = np.linspace(math.log(1e-5), math.log(100.0), GRID)
    best = int(np.argmin([error(x) for x in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    found = minimize_scalar(error, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    return math.exp(float(found.x))
