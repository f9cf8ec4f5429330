"""Averages over the Marchenko-Pastur law: eigenvalues of X'X/N for N rows of d standard normals.

With gamma = d/N and edges (1 -+ sqrt(gamma))^2 the density sqrt((x_+ - x)(x - x_-))/(2 pi gamma x)
becomes, by x = (1 - sqrt(gamma))^2 + 4 sqrt(gamma) sin^2(phi), 0 < phi < pi/2,

    16 sin^2(phi) cos^2(phi) / (pi x) dphi,

of mass min(1, 1/gamma); the other d - N eigenvalues are zero. Law from elementary random matrix
theory; the substitution is derived.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Tanh-sinh nodes of phi: even in log(phi) at small phi, where gamma near 1 and late times look.
_U = np.linspace(-3.4, 3.4, 681)
_STRETCHED = 0.5 * np.pi * np.sinh(_U)
_PHI = 0.5 * np.pi / (1.0 + np.exp(-2.0 * _STRETCHED))
_STEP = (_U[1] - _U[0]) * 0.125 * np.pi**2 * np.cosh(_U) / np.cosh(_STRETCHED) ** 2
_SIN2, _COS2 = np.sin(_PHI) ** 2, np.cos(_PHI) ** 2


def lower_edge(n_features: float, n_rows: float) -> float:
    """(1 - sqrt(gamma))^2 without the cancellation near gamma = 1."""
    return float(((n_rows - n_features) / n_rows / (1.0 + np.sqrt(n_features / n_rows))) ** 2)


def nodes(n_features: float, n_rows: float) -> tuple[Array, Array]:
    """Eigenvalues x (k,) above zero and weights (k,), of sum min(1, N/d)."""
    x = lower_edge(n_features, n_rows) + 4.0 * np.sqrt(n_features / n_rows) * _SIN2
    return x, 16.0 * _SIN2 * _COS2 * _STEP / (np.pi * x)


def zero_share(n_features: float, n_rows: float) -> float:
    """Share of eigenvalues that are zero, 1 - N/d where there are more features than rows."""
    return max(0.0, 1.0 - n_rows / n_features)
