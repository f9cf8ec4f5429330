"""Ridge regression on drawn inputs, solved: losses as means over the teacher's signs and the noise.

A teacher w*_i of random sign has E w*_i w*_j = 0 for i != j, so that means over signs are sums over
diagonals: exact for these inputs, and much less scattered than single teachers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MOST_NUMBERS = 2 * 10**7  # of the inputs; larger ones are for theory alone
ROUNDING = 1e-13  # of the largest eigenvalue: a smaller one is zero


def ridge_losses(
    x: Array, h: Array, c: Array, label_noise: float, penalty: float
) -> tuple[float, float]:
    """Test and train loss of inputs x (n, d) with variances h (d,) and signals c (d,).

    With XX' = U s U' and Z = U'X the predictor is P = Z' diag(1/(s + lambda)) Z, the test loss
    sum_i w*_i^2 [(1 - P) H (1 - P)]_ii + s^2 (1 + tr R Z H Z' R), R = 1/(s + lambda), and the
    residual lambda R U'y; at lambda = 0 R is the pseudo-inverse, and the residual what it drops.
    Of more samples than features the n - d further s are 0, and Z of the others is the root of s
    times the eigenvectors of X'X.
    """
    (n, d), w2 = x.shape, c / h
    if n <= d:
        s, u = np.linalg.eigh(x @ x.T)
        z = u.T @ x
    else:
        s, u = np.linalg.eigh(x.T @ x)
        z = np.sqrt(np.maximum(s, 0.0))[:, None] * u.T
    s = np.maximum(s, 0.0)
    dropped = (penalty == 0.0) & (s <= ROUNDING * s[-1])
    r = np.where(dropped, 0.0, 1.0 / np.where(dropped, 1.0, s + penalty))
    kept = np.where(dropped, 1.0, penalty * r)
    spread = (z * h) @ z.T
    projected = r @ z**2
    twice = np.sum(z * ((r[:, None] * spread * r) @ z), axis=0)
    bias = float(np.sum(w2 * (h - 2.0 * h * projected + twice)))
    variance = label_noise * float(np.sum(r**2 * np.diag(spread)))
    left = float(np.sum(w2 * (kept**2 @ z**2))) + label_noise * float(np.sum(kept**2))
    left += label_noise * max(n - d, 0)
    return bias + variance + label_noise, left / n
