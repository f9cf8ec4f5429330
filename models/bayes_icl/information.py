"""What a sequence tells of its urn, how many urns can be told apart, and the bounds on the gain of
memorising that follow. Derived.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi, roots_jacobi

Array = npt.NDArray[np.float64]

SAMPLES = 200_000  # of the upper bound's mean where it is no sum
NODES = 400


def beta_binomial(n: int, a: float, b: float) -> Array:
    """Probabilities of k = 0..n."""
    k = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    rest = gammaln(k + a) + gammaln(n - k + b) - gammaln(n + a + b)
    return np.asarray(np.exp(ways + rest + gammaln(a + b) - gammaln(a) - gammaln(b)))


def generaliser_losses(V: int, C: int, a: float) -> Array:
    """Mean loss (C,) of the generaliser on fresh tasks after n = 0..C-1 balls: the entropy of
    (k + a)/(n + V a), k beta-binomial.
    """
    losses = np.empty(C)
    for n in range(C):
        q = (np.arange(n + 1.0) + a) / (n + V * a)
        losses[n] = -V * np.sum(beta_binomial(n, a, (V - 1) * a) * q * np.log(q))
    return losses


def task_information(V: int, C: int, a: float) -> float:
    """I, nats that C balls carry on their urn: the entropy of the balls less that given the urn."""
    k = np.arange(C + 1.0)
    mean = float(np.sum(beta_binomial(C, a, (V - 1) * a) * gammaln(k + a)))
    entropy = -(gammaln(V * a) - gammaln(V * a + C) + V * (mean - gammaln(a)))
    return float(entropy - C * (psi(V * a + 1.0) - psi(a + 1.0)))


def distinguishable_tasks(V: int, C: int, a: float) -> float:
    """N_eff = sum_n E P(n | p)^2/P_G(n): how many urns C balls can tell apart.

    C! Gamma(Va + C)/Gamma(Va + 2C) [x^C] (sum_c Gamma(2c + a)/(c! Gamma(c + a)) x^c)^V; of a = 1
    sqrt(pi) 2^(1-V) Gamma(C + V)/(Gamma(V/2) Gamma(C + (V + 1)/2)).
    """
    if a == 1.0:
        log = 0.5 * np.log(np.pi) + (1.0 - V) * np.log(2.0) + gammaln(C + V)
        return float(np.exp(log - gammaln(0.5 * V) - gammaln(C + 0.5 * (V + 1))))
    c = np.arange(C + 1.0)
    series = np.exp(gammaln(2 * c + a) - gammaln(c + 1) - gammaln(c + a) - c * np.log(4.0))
    log, power, scale = np.zeros(1), np.ones(1), 0.0
    for _ in range(V):
        power = np.convolve(power, series)[: C + 1]
        scale += np.log(power.max())
        power /= power.max()
    log = np.log(power[-1]) + scale + C * np.log(4.0)
    return float(np.exp(log + gammaln(C + 1) + gammaln(V * a + C) - gammaln(V * a + 2 * C)))


@lru_cache(maxsize=16)
def carried(V: int, C: int, a: float) -> tuple[Array, Array]:
    """Values of i = ln P(sequence | own urn)/P_G(sequence) and their weights, of sum one: a
    quadrature over the chance and a sum over the count for two colours, else fixed samples.
    """
    if V == 2:
        return _carried_by_two(C, a)
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.full(V, a), SAMPLES)
    chances = np.maximum(chances, 1e-300)
    counts = rng.multinomial(C, chances / chances.sum(axis=1, keepdims=True))
    own = np.sum(counts * np.log(chances), axis=1)
    fresh = gammaln(V * a) - gammaln(V * a + C) + np.sum(gammaln(counts + a), axis=1)
    return own - fresh + V * gammaln(a), np.full(SAMPLES, 1.0 / SAMPLES)


def _carried_by_two(C: int, a: float) -> tuple[Array, Array]:
    x, w = roots_jacobi(NODES, a - 1.0, a - 1.0)
    p, w, k = 0.5 * (1.0 - x), w / w.sum(), np.arange(C + 1.0)[:, None]
    ways = gammaln(C + 1.0) - gammaln(k + 1.0) - gammaln(C - k + 1.0)
    own = ways + k * np.log(p) + (C - k) * np.log1p(-p)
    fresh = np.log(beta_binomial(C, a, a))[:, None]
    return (own - fresh).ravel(), (np.exp(own) * w).ravel()


def gain_upper(D: int, V: int, C: int, a: float) -> float:
    """E ln(1 + (e^i - 1)/D), at least what D tasks gain on average over sets of them."""
    i, w = carried(V, C, a)
    with np.errstate(over="ignore"):
        extra = np.logaddexp(np.log1p(-1.0 / D) if D > 1 else -np.inf, i - np.log(D)) - i
    return float(task_information(V, C, a) + np.sum(w * extra))
