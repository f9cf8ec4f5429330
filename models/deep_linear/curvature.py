"""Largest eigenvalue of a Gauss-Newton matrix that is a sum of Kronecker products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigvalsh
from scipy.sparse.linalg import LinearOperator, eigsh

Array = npt.NDArray[np.float64]

SMALL = 64  # below, all eigenvalues cost less than an iteration for the largest


def largest_eigenvalue(pairs: Sequence[tuple[Array, Array]], weight: Array | None = None) -> float:
    """Of G -> w o sum_l L_l (w o G) R_l with symmetric L_l, R_l >= 0 and entrywise w =
    sqrt(weight), 1 if not given.

    With L = A A', R = B' B of the layers' surroundings it is the Hessian's where the error is 0
    (derived). Shapes: L_l (n, n), R_l (m, m), weight and G (n, m). Unit 1/t.
    """
    n, m = len(pairs[0][0]), len(pairs[0][1])
    root = np.ones((n, m)) if weight is None else np.sqrt(weight)
    if not root.any() or not any(np.trace(left) * np.trace(right) > 0 for left, right in pairs):
        return 0.0  # ARPACK refuses a matrix of zeros
    if n * m <= SMALL:
        whole = sum(np.kron(left, right) for left, right in pairs)
        return float(eigvalsh(root.ravel()[:, None] * whole * root.ravel())[-1])

    def product(g: Array) -> Array:
        G = root * g.reshape(n, m)
        return np.asarray(root * sum(left @ G @ right for left, right in pairs)).ravel()

    # A fixed start: ARPACK's own is random.
    start = root.ravel() * np.random.default_rng(0).standard_normal(n * m)
    operator = LinearOperator((n * m, n * m), matvec=product, dtype=np.float64)
    return float(eigsh(operator, 1, which="LA", v0=start, return_eigenvectors=False)[0])
