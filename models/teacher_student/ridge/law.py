"""Ridge regression on an isotropic design in O(min(n, d)), exact in law.

Householder reflections that keep e_1 = w*/|w*| fixed turn a standard normal matrix (n, d) into an
upper bidiagonal one with independent entries chi_{n-i} on the diagonal and chi_{d-1-i} beside it,
i = 0..k-1, k = min(n, d). Derived; Householder (1958) for the reflections.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]


@kernel
def solve_tridiagonal(diagonal: Array, beside: Array, v: Array) -> None:
    """(B B' + lambda) v = y by elimination; y (k,) is overwritten by v, diagonal (k,) by pivots.

    Positive definite, so that no pivot needs another row.
    """
    for i in range(1, len(v)):
        share = beside[i - 1] / diagonal[i - 1]
        diagonal[i] -= share * beside[i - 1]
        v[i] -= share * v[i - 1]
    v[-1] /= diagonal[-1]
    for i in range(len(v) - 2, -1, -1):
        v[i] = (v[i] - beside[i] * v[i + 1]) / diagonal[i]


@kernel
def fit(
    a: Array, b: Array, noise: Array, length: float, penalty: float
) -> tuple[float, float, float, float]:
    """w = B' v, (B B' + lambda) v = B w* + noise, w* = length e_1; derived.

    a (k,) on the diagonal of B, b (k,) beside it, noise (k,). Returns w_1, |w|^2, |w - w*|^2 and
    |y - B w|^2 = lambda^2 |v|^2.
    """
    k = len(a)
    v, diagonal, beside = noise.copy(), np.empty(k), np.empty(k)
    v[0] += a[0] * length
    for i in range(k):
        diagonal[i] = a[i] * a[i] + b[i] * b[i] + penalty
    for i in range(k - 1):
        beside[i] = b[i] * a[i + 1]
    solve_tridiagonal(diagonal, beside, v)
    first, rest, residual = a[0] * v[0], 0.0, v[0] * v[0]
    for i in range(1, k):
        w = a[i] * v[i] + b[i - 1] * v[i - 1]
        rest += w * w
        residual += v[i] * v[i]
    last = b[k - 1] * v[k - 1]
    rest += last * last
    off = first - length
    return first, first * first + rest, off * off + rest, penalty * penalty * residual
