"""Convex losses l of z = y h, for fits and for their theory: square (1 - z)^2/2, logistic
ln(1 + exp(-z)), hinge (1 - z)_+, probit -ln P(z).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.elementary import exp, inverse_mills, log1p, log_tail

Array = npt.NDArray[np.float64]

SQUARE, LOGISTIC, HINGE, PROBIT = range(4)
CODES = {"square": SQUARE, "logistic": LOGISTIC, "hinge": HINGE, "probit": PROBIT}
CLOSE = 1e-8  # of a proximal step: Newton's next one is its square
MOST_STEPS = 100
MARGINS = np.array([-8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 18.0])


@kernel
def value(loss: int, z: float) -> float:
    """l(z)."""
    if loss == SQUARE:
        return 0.5 * (1.0 - z) ** 2
    if loss == HINGE:
        return max(1.0 - z, 0.0)
    if loss == LOGISTIC:
        return max(-z, 0.0) + log1p(exp(-abs(z)))
    return -log_tail(-z)


@kernel
def slope(loss: int, z: float) -> tuple[float, float]:
    """-l'(z) and l''(z) of the smooth losses, logistic and probit."""
    if loss == LOGISTIC:
        small = exp(-abs(z))
        f = small / (1.0 + small) if z >= 0.0 else 1.0 / (1.0 + small)
        return f, small / (1.0 + small) ** 2
    f = inverse_mills(-z)
    return f, max(f * (z + f), 0.0)


@kernel
def values(loss: int, z: Array) -> Array:
    """l of every z (n,)."""
    out = np.empty(len(z))
    for i in range(len(z)):
        out[i] = value(loss, z[i])
    return out


@kernel
def slopes(loss: int, z: Array) -> Array:
    """-l' of every z (n,), smooth losses."""
    out = np.empty(len(z))
    for i in range(len(z)):
        out[i] = slope(loss, z[i])[0]
    return out


@kernel
def proximal(loss: int, w: float, v: float) -> float:
    """The z that minimises l(z) + (z - w)^2/(2 v), of all losses but the hinge.

    Newton's rule from max(w, min(w + v, 0)).
    """
    if loss == SQUARE:
        return (w + v) / (1.0 + v)
    z = max(w, min(w + v, 0.0))
    for _ in range(MOST_STEPS):
        f, curve = slope(loss, z)
        step = (z - w - v * f) / (1.0 + v * curve)
        z -= step
        if abs(step) <= CLOSE * (1.0 + abs(z)):
            break
    return z


@kernel
def field(loss: int, x: float, v: float) -> tuple[float, float, float, float]:
    """Field w, f = (z - w)/v and df/dw of its proximal step z, and dw/dx.

    x is z, whose w = z + v l'(z) needs no root, and in which l bends over a range of order 1
    however large v is; of the hinge, all of whose bend is at z = 1, x is w.
    """
    if loss == HINGE:
        f = min(max((1.0 - x) / v, 0.0), 1.0)
        return x, f, -1.0 / v if 0.0 < f < 1.0 else 0.0, 1.0
    f, curve = (1.0 - x, 1.0) if loss == SQUARE else slope(loss, x)
    stretch = 1.0 + v * curve
    return x - v * f, f, -curve / stretch, stretch


@kernel
def bends(loss: int, v: float) -> Array:
    """Values of x where l bends, and where training errors begin."""
    return np.array([-v, 1.0 - v, 1.0]) if loss == HINGE else MARGINS
