"""Ridge regression on isotropic inputs: the large-size limit, its first correction, exact ends.

g = E tr (A + lambda)^-1/d of A = X'X/d obeys, by Stein's lemma and up to 1/d^2,

    lambda g^2 + (alpha - 1 + lambda) g - 1 = (g + lambda g')/d,      ' = d/d lambda.

With kappa = lambda g/(1 - lambda g), u = 1/(1 + kappa), S = 1 + alpha + lambda - 2 u the limit is

    m = rho u,  excess = rho kappa u (kappa u + lambda)/S + sigma^2 u/S,
    q = rho u (1 + alpha - 2 u)/S + sigma^2 u/S,
    train = (lambda/(alpha kappa))^2 (excess + sigma^2),

and g gains u/(d S^2), g' loses u (3 + 4 u/S)/(d S^3). Derived; the limit is well known
(arXiv:1903.08560). At lambda = 0 the means are exact: with the gap |n - d| > 1,

    n < d:  m = rho n/d,  q = m + sigma^2 n/(d - n - 1),  excess = rho - m + sigma^2 n/(d - n - 1)
    n > d:  m = rho,  q = rho + excess,  excess = sigma^2 d/(n - d - 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Relative size of the first correction up to which the next one, about its square, is below 1 %.
MOST_CORRECTION = 0.06
# Of |n - d| at lambda = 0: from it on, four moments of every observable are finite.
LEAST_GAP = 8


@dataclass(frozen=True)
class Isotropic:
    """Means of every observable, columns (rows,), and whether they hold."""

    kappa: Array
    excess: Array
    overlap: Array
    self_overlap: Array
    train: Array
    valid: npt.NDArray[np.bool_]


def kappa_of(alpha: Array, penalty: Array) -> Array:
    """alpha kappa^2 - (1 + lambda - alpha) kappa - lambda = 0, the positive root."""
    b = 1.0 + penalty - alpha
    root = np.sqrt(b * b + 4.0 * alpha * penalty)
    with np.errstate(divide="ignore", invalid="ignore"):
        small = 2.0 * penalty / (root - b)  # where b < 0 the difference would cancel
    return np.asarray(np.where(b >= 0.0, (b + root) / (2.0 * alpha), small))


def limit(alpha: Array, penalty: Array, noise: Array, signal: Array) -> Isotropic:
    """d -> infinity."""
    kappa = kappa_of(alpha, penalty)
    u = 1.0 / (1.0 + kappa)
    s = 1.0 + alpha + penalty - 2.0 * u
    with np.errstate(divide="ignore", invalid="ignore"):  # n = d without a penalty
        bias, variance = signal * kappa * u * (kappa * u + penalty) / s, noise * u / s
        q = signal * u * (1.0 + alpha - 2.0 * u) / s + variance
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(kappa > 0.0, penalty / (alpha * kappa), 1.0 - 1.0 / alpha)
    excess = bias + variance
    train = left**2 * (excess + noise)
    return Isotropic(kappa, excess, signal * u, q, train, np.ones(len(kappa), bool))


def corrected(d: Array, alpha: Array, penalty: Array, noise: Array, signal: Array) -> Isotropic:
    """With the terms of order 1/d; valid where they are small."""
    at = limit(alpha, penalty, noise, signal)
    u = 1.0 / (1.0 + at.kappa)
    s = 1.0 + alpha + penalty - 2.0 * u
    gain, loss = u / (d * s**2), u * (3.0 + 4.0 * u / s) / (d * s**3)
    m = -signal * penalty * gain
    excess = signal * penalty**2 * loss + noise * (gain - penalty * loss)
    train = penalty**2 / alpha * (signal * (gain - penalty * loss) + noise * loss)
    share = np.maximum.reduce(
        [
            penalty * gain / u,
            penalty**2 * loss / (at.kappa * u * (at.kappa * u + penalty) / s),
            (gain + penalty * loss) * s / u,
            np.abs(train) / at.train,
        ]
    )
    return Isotropic(
        at.kappa,
        at.excess + excess,
        at.overlap + m,
        at.self_overlap + excess + 2.0 * m,
        at.train + train,
        share <= MOST_CORRECTION,
    )


def without_penalty(d: Array, n: Array, noise: Array, signal: Array) -> Isotropic:
    """lambda = 0: the least-norm interpolant or least squares, exact at every size."""
    gap = np.abs(n - d)
    few = n < d
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = noise * np.where(gap > 1, np.minimum(n, d) / (gap - 1.0), np.inf)
    m = signal * np.minimum(n / d, 1.0)
    kappa = np.where(few, (d - n) / n, 0.0)
    train = np.where(few, 0.0, noise * (n - d) / n)
    return Isotropic(kappa, signal - m + variance, m, m + variance, train, gap >= LEAST_GAP)
