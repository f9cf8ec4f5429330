"""Losses of a product p, with their slope l'(p) and bend l''(p).

The quartic one is that of arXiv:2210.03294, the logistic one that of arXiv:2212.07469, the square
one, of label 0, that of arXiv:2003.02218. Both sides take slopes from here, so comparing them does
not check these: the tests do, by differences.
"""

from __future__ import annotations

from toysim.jit import inlined
from toysim.numerics.elementary import exp, log1p, tanh

QUADRATIC, QUARTIC, LOGISTIC, SQUARE = range(4)
KINDS = {"quadratic": QUADRATIC, "quartic": QUARTIC, "logistic": LOGISTIC}


@inlined
def loss_of(kind: int, p: float) -> float:
    """(p-1)^2/2, (p^2-1)^2/4, [log(1+e^p) + log(1+e^-p)]/2 or p^2/2."""
    if kind == QUADRATIC:
        return 0.5 * (p - 1.0) ** 2
    if kind == QUARTIC:
        return 0.25 * (p * p - 1.0) ** 2
    if kind == LOGISTIC:
        return 0.5 * abs(p) + log1p(exp(-abs(p)))
    return 0.5 * p * p


@inlined
def slope_of(kind: int, p: float) -> float:
    """First derivative: p - 1, p (p^2 - 1), tanh(p/2)/2 or p."""
    if kind == QUADRATIC:
        return p - 1.0
    if kind == QUARTIC:
        return p * (p * p - 1.0)
    if kind == LOGISTIC:
        return 0.5 * tanh(0.5 * p)
    return p


@inlined
def bend_of(kind: int, p: float, slope: float) -> float:
    """Second derivative: 1, 3 p^2 - 1, 1/4 - l'(p)^2 or 1, with l'(p) = ``slope``."""
    if kind == QUARTIC:
        return 3.0 * p * p - 1.0
    if kind == LOGISTIC:
        return 0.25 - slope * slope
    return 1.0
