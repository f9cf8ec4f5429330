"""The three losses of a product, their slopes and bends, and the sharpness of a loss of x y."""

from __future__ import annotations

import math

from toysim.jit import kernel

KINDS = {"quadratic": 0, "quartic": 1, "logistic": 2}


@kernel
def loss_of(kind: int, p: float) -> float:
    """(p-1)^2/2, (p^2-1)^2/4 or [log(1+e^p) + log(1+e^-p)]/2."""
    if kind == 0:
        return 0.5 * (p - 1.0) ** 2
    if kind == 1:
        return 0.25 * (p * p - 1.0) ** 2
    return 0.5 * abs(p) + math.log1p(math.exp(-abs(p)))


@kernel
def slope_of(kind: int, p: float) -> float:
    """First derivative: p - 1, p (p^2 - 1) or tanh(p/2)/2."""
    if kind == 0:
        return p - 1.0
    if kind == 1:
        return p * (p * p - 1.0)
    return 0.5 * math.tanh(0.5 * p)


@kernel
def bend_of(kind: int, p: float) -> float:
    """Second derivative: 1, 3 p^2 - 1 or (1 - tanh(p/2)^2)/4."""
    if kind == 0:
        return 1.0
    if kind == 1:
        return 3.0 * p * p - 1.0
    return 0.25 * (1.0 - math.tanh(0.5 * p) ** 2)


@kernel
def sharpness_of(kind: int, p: float, s: float, D: float) -> float:
    """Largest eigenvalue of the Hessian in (x, y), with s = x^2 + y^2 and D = x^2 - y^2.

    [[l'' y^2, l' + l'' p], [l' + l'' p, l'' x^2]]: [l'' s + sqrt(l''^2 D^2 + 4 (l' + l'' p)^2)]/2
    """
    slope, bend = slope_of(kind, p), bend_of(kind, p)
    return 0.5 * (bend * s + math.hypot(bend * D, 2.0 * (slope + bend * p)))
