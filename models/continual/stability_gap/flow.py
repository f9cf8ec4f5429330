"""The gap under gradient flow, in closed form."""

from __future__ import annotations

import math
from typing import NamedTuple

GRID = 200


class Gap(NamedTuple):
    """When the old residual is largest, how large, and the old loss there."""

    time: float
    peak: float
    gap: float


def gap(c: float, residual: float, a: float, b: float, g1: float, g2: float) -> Gap:
    """Of one pair, with weights a of the old and b of the new loss; A = a g1, B = b g2:

        lambda+- = (A + B +- sqrt((A-B)^2 + 4 A B c^2))/2,  R = lambda+/lambda-,
        e1(t) = E b c sqrt(g1 g2) (e^(-lambda- t) - e^(-lambda+ t))/(lambda+ - lambda-),
        t* = ln R/(lambda+ - lambda-),  peak = E b |c| sqrt(g1 g2)/lambda+ R^(-1/(R-1));

    derived. Zero at R = 1 (orthogonal tasks of equal weight); t* is infinite where lambda- = 0,
    for parallel tasks or without the old loss.
    """
    first, second = a * g1, b * g2
    apart = math.hypot(first - second, 2.0 * c * math.sqrt(first * second))
    fast = 0.5 * (first + second + apart)
    slow = first * second * (1.0 - c) * (1.0 + c) / fast if fast > 0.0 else 0.0
    size = abs(residual * b * c) * math.sqrt(g1 * g2)
    if size == 0.0 or apart == 0.0:
        return Gap(math.nan, 0.0, 0.0)
    if slow == 0.0:
        return Gap(math.inf, size / fast, 0.5 * (size / fast) ** 2)
    log_ratio = math.log1p(apart / slow)
    peak = size / fast * math.exp(-log_ratio / (apart / slow))
    return Gap(log_ratio / apart, peak, 0.5 * peak * peak)


def gap_of_same_labels(c: float, alpha: float, g1: float, g2: float) -> Gap:
    """With both labels 1: E = 1 - c sqrt(g2/g1)."""
    return gap(c, 1.0 - c * math.sqrt(g2 / g1), alpha, 1.0 - alpha, g1, g2)


def worst_overlap(alpha: float, g1: float, g2: float) -> float:
    """c* in (0, 1) of the largest gap with equal labels; .526432 at equal curvatures and
    alpha = 1/2, and the same for alpha and 1 - alpha. 1 where the gap is largest towards parallel
    tasks: E = 1 - c sqrt(g2/g1) is 0 there at equal curvatures alone.
    """

    from scipy.optimize import minimize_scalar  # 0.2 s to import, and seldom needed

    def minus(c: float) -> float:
        return -gap_of_same_labels(c, alpha, g1, g2).peak

    # Up to two maxima, on both sides of E = 0: the larger on a grid, then closely.
    grid = [k / GRID for k in range(GRID + 1)]
    k = min(range(GRID + 1), key=lambda k: minus(grid[k]))
    around, options = (grid[max(k - 1, 0)], grid[min(k + 1, GRID)]), {"xatol": 1e-12}
    found = float(minimize_scalar(minus, bounds=around, method="bounded", options=options).x)
    return found if minus(found) < minus(1.0) else 1.0
