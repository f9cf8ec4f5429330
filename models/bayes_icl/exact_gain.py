"""The mean gain of memorising over sets of urns, two colours and uniform chances, at every D.

With x = P(k | p)/P_G(k), phi_k(s) = E_p e^(-s x) and ln X = int (e^-s - e^(-s X)) ds/s, the mean
over D independent urns of the logarithm of a sum of x factorises. Derived.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from toysim.jit import kernel
from toysim.numerics.elementary import exp
from toysim.numerics.reductions import total

Array = npt.NDArray[np.float64]

STEP, LOWEST, SEEN_HIGHEST = 0.05, -45.0, 20.0  # of ln s
HIGHEST = 700.0  # e^s in float64
NODES = 800


@kernel
def summed(x: Array, weights: Array, log_s: Array, n_tasks: float, seen: bool) -> float:
    """int ds/s [e^-s - E x e^(-s x) phi^(D-1)] (seen), or [e^-s - phi^D], by the trapezoid in ln s.

    ``x``, ``weights`` (nodes,): P(k | p)/P_G(k) and the rule over p.
    """
    whole, terms, slopes, room = 0.0, np.empty(len(x)), np.empty(len(x)), np.empty(len(x))
    for j in range(len(log_s)):
        s = math.exp(log_s[j])
        for i in range(len(x)):
            terms[i] = weights[i] * exp(-s * x[i])
        for i in range(len(x)):
            slopes[i] = terms[i] * x[i]
        phi = total(terms, room)
        power = phi ** (n_tasks - 1.0)
        whole += math.exp(-s) - (total(slopes, room) if seen else phi) * power
    return whole * STEP


@cache
def rule() -> tuple[Array, Array]:
    """Chances p in (0, 1) and their weights, of sum one; found once, it takes 50 ms."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    theta = 0.5 * np.pi * (nodes + 1.0)
    return 0.5 * (1.0 - np.cos(theta)), 0.25 * np.pi * weights * np.sin(theta)


def exact_gain(n_tasks: int, context_length: int, seen: bool) -> float:
    """E ln P_M/P_G over sets of D urns and sequences of C balls, in nats; NaN on fresh tasks where
    D < C/22.
    """
    D, C = float(n_tasks), context_length
    highest = SEEN_HIGHEST if seen else 30.0 * C / D + 40.0
    if highest > HIGHEST:
        return float("nan")
    p, w = rule()
    log_s = np.arange(LOWEST, highest, STEP)
    whole = 0.0
    for k in range(C // 2 + 1):
        ways = math.log(C + 1.0) + gammaln(C + 1.0) - gammaln(k + 1.0) - gammaln(C - k + 1.0)
        x = np.exp(ways + k * np.log(p) + (C - k) * np.log1p(-p))
        twice = 1.0 if 2 * k == C else 2.0
        whole += twice * summed(x, w, log_s, D, seen)
    return float(whole / (C + 1.0) - math.log(D))
