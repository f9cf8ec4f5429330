"""Labels of two sign units, y = sign(sign u_1 + sign u_2), and what fields of a student tell of
them.

Given the student, u is normal with means om and covariance V, V11 = V22; a = om_1/sqrt(V11),
b = om_2/sqrt(V11), r = V12/V11. Z_+ = Phi2(a, b; r), Z_- = Phi2(-a, -b; r), Z_0 is the rest;
dZ_+/dom_1 = G(a) P((b - r a)/sqrt(1 - r^2))/sqrt(V11). Derived.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, owens_t

from toysim.models.teacher_student.labels import Array, density

TINY = 1e-100  # for 0, on which side of it a limit is does not matter
SMALL = 1e-13  # of Z: below it Owen's function leaves rounding alone


def both_below(h: Array, k: Array, r: float) -> Array:
    """Phi2(h, k; r). Owen (1956)."""
    h, k = (np.where(x == 0.0, TINY, x) for x in (h, k))
    c = math.sqrt(1.0 - r * r)
    total = 0.5 * (ndtr(h) + ndtr(k)) - 0.5 * (h * k < 0.0)
    return np.asarray(total - owens_t(h, (k / h - r) / c) - owens_t(k, (h / k - r) / c))


def one_label(a: Array, b: Array, r: float) -> tuple[Array, Array, Array]:
    """Z_+, and its slopes in a and b."""
    c = math.sqrt(1.0 - r * r)
    return (
        both_below(a, b, r),
        density(a) * ndtr((b - r * a) / c),
        density(b) * ndtr((a - r * b) / c),
    )


def all_labels(first: Array, second: Array, variance: float, across: float) -> Array:
    """Z and its slopes in both fields, of labels -1, 0 and 1: (3, 3, ...)."""
    s, r = math.sqrt(variance), across / variance
    a, b = first / s, second / s
    z, along_a, along_b = one_label(a, b, r)
    plus = np.stack([z, along_a / s, along_b / s])
    z, along_a, along_b = one_label(-a, -b, r)
    minus = np.stack([z, -along_a / s, -along_b / s])
    rest = -plus - minus
    rest[0] += 1.0
    return np.stack([minus, rest, plus])
