"""Where SGD on least squares is stable: in the mean square, and in the mean fourth power."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from toysim.jit import kernel
from toysim.numerics.least_squares import own_coefficient, pair_coefficients
from toysim.numerics.mean_square import largest_stable_rate, noise_gain

Array = npt.NDArray[np.float64]

TOLERANCE, MOST_PRODUCTS = 1e-13, 10_000


@kernel
def stationary_losses(rates: Array, h: Array, batch: Array, noise: Array) -> Array:
    """``stationary_loss`` without momentum of rows (n,) on the same modes."""
    kept = np.empty(len(rates))
    for row in range(len(rates)):
        gain = noise_gain(rates[row], h, batch[row], 0.0)
        kept[row] = 0.5 * noise[row] * gain / (1.0 - gain) if gain < 1.0 else np.nan
    return kept


def stationary_loss(rate: float, h: Array, batch: float, beta: float, noise: float) -> float:
    """Mean excess loss that a constant rate keeps up; NaN where it is not stable."""
    gain = noise_gain(rate, h, batch, beta)
    return 0.5 * noise * gain / (1.0 - gain) if gain < 1.0 else float("nan")


def growth(rate: float, h: Array, batch: float) -> float:
    """Perron value of the fixed-point map of q_i = sum_j Q_ij without label noise; derived.

    It is 1 where E S^2 neither grows nor falls, and infinite where a pair of modes grows by itself.
    With N = 1/(1 - D) and Q as in ``least_squares.fourth_moments``,
    q = K q,  K = diag(F (N_off C^2) + 6 N_own A^2 F) + A^2 N_off F + sigma 1',
    sigma = (B + 2)/B^3 (A^2 (N_off C^2) + 3 N_own A^4).
    """
    a = rate * h
    c0, c1, c2 = (np.asarray(c)[:, None] for c in pair_coefficients(a, 1.0 / batch))
    pairs, own = c0 + a * (c1 + a * c2), own_coefficient(a, 1.0 / batch)
    if not (pairs.max() < 1.0 and own.max() < 1.0):
        return np.inf
    off, same = 1.0 / (1.0 - pairs), 1.0 / (1.0 - own)
    np.fill_diagonal(off, 0.0)
    push = (1.0 - 2.0 * a + a**2 + (5.0 * a**2 - 4.0 * a) / batch + 6.0 * a**2 / batch**2) / batch
    reached = off @ a**2
    sigma = (batch + 2.0) / batch**3 * a**2 * (reached + 3.0 * same * a**2)
    K = np.outer(a**2, push) * off + sigma[:, None]
    K[np.diag_indices(len(a))] += push * (reached + 6.0 * same * a**2)
    return _perron(K)


def _perron(K: Array) -> float:
    """Largest eigenvalue of a positive matrix, by products."""
    x, value = np.full(len(K), 1.0 / len(K)), 0.0
    for _ in range(MOST_PRODUCTS):
        x = K @ x
        before, value = value, float(x.sum())
        x /= value
        if abs(value - before) <= TOLERANCE * value:
            break
    return value


def fourth_stable_rate(h: Array, batch: float) -> float:
    """eta_4 < eta_2, above which E S^2 grows: Perron value 1; derived. Without momentum."""
    high = largest_stable_rate(h, batch, 0.0)
    while growth(0.5 * high, h, batch) > 1.0:
        high *= 0.5
    low = 0.5 * high
    return float(brentq(lambda rate: min(growth(rate, h, batch), 10.0) - 1.0, low, high))
