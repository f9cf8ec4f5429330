"""A power law with a limit through the first points of a learning curve, and where it leads.

    L(n) = c + A n^-alpha = p + q ((n/n_k)^-alpha - 1)/alpha

by least squares of the relative errors. The second form has no singular point at alpha = 0, and is
linear in p and q: what is left to search is one number. Functional form of arXiv:2402.02515.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

Array = npt.NDArray[np.float64]

EXPONENTS = np.linspace(-3.0, 6.0, 181)  # looked at; a curve that falls too fast ends at the last
SETTLED = (0.0, 3.0)  # exponents of a curve that comes down to a limit


class PowerLaw(NamedTuple):
    """L = p + q ((n/n_k)^-alpha - 1)/alpha."""

    p: float
    q: float
    alpha: float
    last: float

    @property
    def limit(self) -> float:
        """c, as n goes to infinity where alpha > 0."""
        return self.p - self.q / self.alpha

    def at(self, n: float) -> float:
        return self.p + self.q * float(_falling(np.array(n / self.last), self.alpha))


def _falling(share: Array, alpha: float) -> Array:
    """(share^-alpha - 1)/alpha, -log(share) at alpha = 0."""
    log = np.log(share)
    return -log if abs(alpha) < 1e-9 else np.expm1(-alpha * log) / alpha


def _linear(n: Array, loss: Array, alpha: float) -> tuple[float, float, float]:
    """p and q at an exponent, and the sum of squared relative errors."""
    columns = np.stack([1.0 / loss, _falling(n / n[-1], alpha) / loss], axis=1)
    found = np.linalg.lstsq(columns, np.ones(len(n)))[0]
    return float(found[0]), float(found[1]), float(np.sum((columns @ found - 1.0) ** 2))


def power_law(n: Array, loss: Array) -> PowerLaw:
    """The law through sizes n (k,), ascending, and losses above 0 there."""

    def missed(alpha: float) -> float:
        return _linear(n, loss, alpha)[2]

    k = int(np.argmin([missed(alpha) for alpha in EXPONENTS]))
    bounds = EXPONENTS[max(k - 1, 0)], EXPONENTS[min(k + 1, len(EXPONENTS) - 1)]
    alpha = float(minimize_scalar(missed, bounds=bounds, method="bounded").x)
    return PowerLaw(*_linear(n, loss, alpha)[:2], alpha, float(n[-1]))


def levels(limits: Array, exponents: Array) -> npt.NDArray[np.bool_]:
    """Prefixes (k,) from which on every limit is at least 0 and moves one way, and every exponent
    is of a curve that comes down to it; NaN never is.
    """
    low, high = SETTLED
    settled = (exponents > low) & (exponents < high) & (limits >= 0.0)
    moves = np.append(np.diff(limits), 0.0)

    def since(good: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return np.logical_and.accumulate(good[::-1])[::-1]

    return since(settled) & (since(moves >= 0.0) | since(moves <= 0.0))
