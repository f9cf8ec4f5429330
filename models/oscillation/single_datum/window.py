"""The last updates of one sample, rows side by side: averages, extremes, exponents and samples."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.numerics.elementary import log

Array = npt.NDArray[np.float64]

RESCALED = 4  # updates of which one logarithm is taken


@borrowing
def stretch(F: Array, V: Array, gamma: Array, r: Array, dF: Array, dV: Array, weak: Array) -> None:
    """Carry a change (dF, dV) through one update, and the weak factors' product.

    Derived; all (L,), F and V as before the update.
    """
    for i in range(len(F)):
        e = 1.0 - F[i] - V[i]
        k, k_weak = 1.0 + gamma[i] * e, 1.0 + r[i] * gamma[i] * e
        by_strong, by_weak = -2.0 * gamma[i] * F[i] * k, -2.0 * r[i] * gamma[i] * V[i] * k_weak
        along, across = dF[i], dV[i]
        dF[i] = (k * k + by_strong) * along + by_strong * across
        dV[i] = by_weak * along + (k_weak * k_weak + by_weak) * across
        weak[i] *= abs(k_weak)


@borrowing
def advance(
    F: Array, V: Array, gamma: Array, r: Array, total: Array, low: Array, high: Array
) -> None:
    """One update of F and V, as in the simulation; ``total`` takes e, ``low`` and ``high`` the
    least and the largest F, from before it.
    """
    for i in range(len(F)):
        strong, e = F[i], 1.0 - F[i] - V[i]
        total[i] += e
        low[i] = strong if strong < low[i] else low[i]
        high[i] = strong if strong > high[i] else high[i]
        k, k_weak = 1.0 + gamma[i] * e, 1.0 + r[i] * gamma[i] * e
        F[i] = strong * k * k if k > 0.0 else 0.0
        V[i] = V[i] * k_weak * k_weak if k_weak > 0.0 else 0.0


@borrowing
def take_logs(dF: Array, dV: Array, weak: Array, exponent: Array, growth: Array) -> None:
    """Add the logarithms of the change's length and of the product; both are 1 again."""
    for i in range(len(weak)):
        square = dF[i] * dF[i] + dV[i] * dV[i]
        unit = 1.0 / math.sqrt(square) if square > 0.0 else 1.0
        dF[i] *= unit
        dV[i] *= unit
        exponent[i] += 0.5 * log(square)
        growth[i] += log(weak[i])
        weak[i] = 1.0


@kernel
def watch(F: Array, V: Array, gamma: Array, r: Array, n_average: int, samples: Array) -> Array:
    """n_average updates from F and V: (5, L) mean e, least and largest F, exponents of a change in
    F and of the weak overlap, both per update. ``samples`` (L, n_s): the last outputs F.
    """
    F, V, n = F.copy(), V.copy(), len(F)
    total, low, high = np.zeros(n), np.full(n, np.inf), np.zeros(n)
    dF, dV, weak, exponent, growth = np.ones(n), np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n)
    first_sample = n_average - samples.shape[1]
    for t in range(n_average):
        if t >= first_sample:
            samples[:, t - first_sample] = F
        stretch(F, V, gamma, r, dF, dV, weak)
        advance(F, V, gamma, r, total, low, high)
        if (t + 1) % RESCALED == 0:
            take_logs(dF, dV, weak, exponent, growth)
    take_logs(dF, dV, weak, exponent, growth)
    out = np.empty((5, n))
    out[0], out[1], out[2] = total / n_average, low, high
    out[3], out[4] = exponent / n_average, growth / n_average
    return out
