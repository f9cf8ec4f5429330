"""Exact laws of the sparse memory; derived."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import binom, hypergeom

Array = npt.NDArray[np.float64]

DIGITS = 40
MOST_CUE = 10  # up to which the variance of the false outputs is summed


def uncovered(p: Any) -> Array:
    """Probabilities (c + 1,) that u of the cue's units have no on synapse to an output, after P
    pairs: the P-th power of the chain.
    """
    c, share = p.cue_size, p.n_active_outputs / p.n_outputs
    step = np.zeros((c + 1, c + 1))
    for u in range(c + 1):
        met = np.arange(min(u, p.n_active) + 1)
        weight = hypergeom.pmf(met, p.n_inputs, u, p.n_active)
        for i in range(u + 1):
            step[u, u - i] = share * float(weight @ binom.pmf(i, met, p.plasticity))
        step[u, u] += 1.0 - share
    return np.asarray(np.linalg.matrix_power(step, p.n_pairs)[c])


def sums(p: Any) -> tuple[Array, Array]:
    """Distributions (c + 1,) of the sums of target outputs and of others."""
    other = uncovered(p)[::-1]
    missed = (1.0 - p.plasticity) ** p.exposures
    level = np.arange(p.cue_size + 1)
    stored = np.zeros(p.cue_size + 1)
    for s, weight in enumerate(other):
        stored += weight * binom.pmf(level - s, p.cue_size - s, 1.0 - missed)
    return stored, other


def off(p: Any) -> float:
    """A synapse is off after P pairs."""
    share = p.plasticity * p.n_active * p.n_active_outputs / (p.n_inputs * p.n_outputs)
    return float(math.exp(p.n_pairs * math.log1p(-share)))


def familiarity(p: Any, exposures: int) -> tuple[float, float]:
    """Mean and variance of the on synapses in a block of a pair presented so often.

    Pairs of synapses share an input, an output, or neither.
    """
    k, fan, n, m, prob = p.n_active, p.n_active_outputs, p.n_inputs, p.n_outputs, p.plasticity
    kept, rho = (1.0 - prob) ** exposures, off(p)
    met = np.arange(3)

    def one(size: int, active: int, other: float) -> float:
        """Both off, of two synapses that share a unit which is in a pair with ``other``."""
        none = 1.0 - float(hypergeom.pmf(met, size, 2, active) @ (1.0 - prob) ** met)
        return float((1.0 - other * none) ** p.n_pairs)

    apart = prob**2 * k * (k - 1) * fan * (fan - 1) / (n * (n - 1) * m * (m - 1))
    neither = (1.0 - 2.0 * prob * k * fan / (n * m) + apart) ** p.n_pairs
    pairs = fan * (fan - 1) * k * one(m, fan, k / n) + k * (k - 1) * fan * one(n, k, fan / m)
    pairs += k * (k - 1) * fan * (fan - 1) * neither
    mean_off, second = k * fan * kept * rho, k * fan * kept * rho + kept**2 * pairs
    return k * fan - mean_off, max(0.0, second - mean_off**2)


def recognition(p: Any) -> float:
    """Phi(difference over the root of the sum of variances)."""
    (mean, spread), (new, spread_new) = familiarity(p, p.exposures), familiarity(p, 0)
    total = spread + spread_new
    if total <= 0.0:
        return 0.5 if mean == new else 1.0
    return float(ndtr((mean - new) / math.sqrt(total)))


def false_square(p: Any, false: float) -> float:
    """E of the squared number of false outputs at theta = c and p = 1, NaN elsewhere: inclusion
    and exclusion over sets of a and b cue units that two outputs lack, w of them in common.

    The terms cancel to the tenth digit and beyond: they are summed with forty.
    """
    c, others = p.cue_size, p.n_outputs - p.n_active_outputs
    if p.threshold != c or p.plasticity != 1.0 or c > MOST_CUE:
        return math.nan
    with localcontext() as context:
        context.prec = DIGITS
        return float(others * false + others * (others - 1) * float(_both_fire(p)))


def _both_fire(p: Any) -> Decimal:
    """Two given outputs fire."""
    c, m, fan = p.cue_size, p.n_outputs, p.n_active_outputs
    none = [Decimal(1)]
    for u in range(2 * c):
        left = max(p.n_inputs - p.n_active - u, 0)
        none.append(none[-1] * left / max(p.n_inputs - u, 1))
    both = Decimal(fan * (fan - 1)) / (m * (m - 1))
    single = Decimal(fan * (m - fan)) / (m * (m - 1))
    total = Decimal(0)
    for a in range(c + 1):
        for b in range(c + 1):
            for w in range(max(0, a + b - c), min(a, b) + 1):
                ways = math.comb(c, w) * math.comb(c - w, a - w) * math.comb(c - a, b - w)
                base = 1 - 2 * single - both
                base += single * (none[a] + none[b]) + both * none[a + b - w]
                total += (-1) ** (a + b) * ways * base**p.n_pairs
    return total
