"""Mean resolvent g(z) = tr (A - z)^-1/d of A = sum_k v_k x_k x_k' with x_k of d standard normals:

    1/g = -z + sum_k n_k v_k/(1 + v_k d g)

for n_k rows of weight v_k. Weighted Marchenko-Pastur law, elementary random matrix theory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Array = npt.NDArray[np.float64]

POINTS = 6000  # of the density, evenly in log(x): its mass is within 1e-5 away from the hard edge
DEEP = 1e-9  # of the least weight's spectrum: where the density begins


@dataclass(frozen=True)
class Rows:
    """Counts and weights of the two kinds of rows, and the number of features."""

    counts: tuple[float, float]
    weights: tuple[float, float]
    d: int

    def at(self, penalty: float) -> float:
        """g(-penalty): the root of penalty g + sum n v g/(1 + v d g) = 1, which rises with g."""
        pairs = list(zip(self.counts, self.weights, strict=True))
        low = 1.0 / (penalty + sum(n * v for n, v in pairs))

        def excess(log_g: float) -> float:
            g = math.exp(log_g)
            return penalty * g + sum(n * v * g / (1.0 + v * self.d * g) for n, v in pairs) - 1.0

        ends = math.log(low) - 1e-9, math.log(1.0 / penalty) + 1e-9
        return math.exp(brentq(excess, *ends, xtol=1e-14))

    def unfit(self, g: float) -> float:
        """1 - D with D = d sum n (v g/(1 + v d g))^2, the share left free to average over.

        NaN where rounding leaves nothing of it.
        """
        pairs = zip(self.counts, self.weights, strict=True)
        left = 1.0 - self.d * sum(n * (v * g / (1.0 + v * self.d * g)) ** 2 for n, v in pairs)
        return left if left > 0.0 else math.nan

    def density(self) -> tuple[Array, Array, Array]:
        """Eigenvalues x (k,) with trapezoidal steps dx, and the complex g there.

        Of u = 1/g the equation is a cubic with leading coefficient 1; outside the spectrum its
        roots are real.
        """
        p, q = (v * self.d for v in self.weights)
        a, b = (n * v for n, v in zip(self.counts, self.weights, strict=True))
        largest = max(self.weights) * (math.sqrt(sum(self.counts)) + math.sqrt(self.d)) ** 2
        x = np.geomspace(DEEP * min(self.weights), largest, POINTS)
        companion = np.zeros((POINTS, 3, 3))
        companion[:, 1, 0] = companion[:, 2, 1] = 1.0
        companion[:, 0, 2] = -x * p * q
        companion[:, 1, 2] = -(p * q + x * (p + q) - a * q - b * p)
        companion[:, 2, 2] = -(p + q + x - a - b)
        u = np.linalg.eigvals(companion)
        g = 1.0 / u[np.arange(POINTS), np.argmin(u.imag, axis=1)]
        return x, np.gradient(np.log(x)) * x, np.where(g.imag > 0.0, g, 0.0)
