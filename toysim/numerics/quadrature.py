"""Gauss-Legendre nodes and weights on [0, 1], as constants that kernels may use.

For a smooth integrand the rule of n points errs by about rho^(-2n): where the half rule is off by
e, the full one is off by about e^2, so the difference of the two, squared, is the error.
"""

import numpy as np
import numpy.typing as npt

POINTS = 16  # with the half rule 24, whole vectors of eight


def _rule(n: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return 0.5 * (nodes + 1.0), 0.5 * weights


_NODES, WEIGHTS = _rule(POINTS)
_HALF_NODES, HALF_WEIGHTS = _rule(POINTS // 2)
NODES = np.concatenate([_NODES, _HALF_NODES])  # of both rules, those of the full one first
