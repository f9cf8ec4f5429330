"""Gradient descent on a loss of a product, in what the product moves by.

For a loss l(p) of p = x y, or of vectors' p = u.v, with s = |x|^2 + |y|^2, D = |x|^2 - |y|^2 and
the slope g = l'(p), an update x <- x - eta g y, y <- y - eta g x is exactly

    p <- p - eta g s + eta^2 g^2 p
    s <- s - 4 eta g p + eta^2 g^2 s
    D <- D (1 - eta^2 g^2)

Derived; at l = p^2/2 it is the recursion of arXiv:2003.02218 for p = f/sqrt(n), s = lambda.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

# A rounding of 1e-16 then stays below 1e-10 or so: larger growth is chaos, and no two ways of
# computing agree.
LARGEST_GROWTH = math.log(1e5)


@kernel
def update(p: float, s: float, D: float, slope: float, eta: float) -> tuple[float, float, float]:
    """p, s and D after one update with slope l'(p)."""
    move = eta * slope
    return (
        p - move * s + move * move * p,
        s - 4.0 * move * p + move * move * s,
        D * (1.0 - move * move),
    )


@kernel
def stretch(p: float, s: float, slope: float, bend: float, eta: float, tangent: Array) -> float:
    """Carry a change of the state through one update; returns the logarithm of its stretch.

    ``tangent`` (2,) is (dp, ds), rescaled to length 1; slope is l'(p), bend l''(p). Derived.
    """
    move, turn = eta * slope, eta * bend
    dp, ds = tangent
    tangent[0] = (1.0 - turn * s + 2.0 * move * turn * p + move * move) * dp - move * ds
    tangent[1] = (-4.0 * (turn * p + move) + 2.0 * move * turn * s) * dp + (1.0 + move * move) * ds
    length = math.hypot(tangent[0], tangent[1])
    if length > 0.0:
        tangent /= length
    return math.log(length)
