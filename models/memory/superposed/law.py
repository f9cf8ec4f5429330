"""Exact laws of the superposed memory; derived."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import comb
from scipy.stats import binom

Array = npt.NDArray[np.float64]

ROUNDING = 1e-14  # of an alternating sum's largest term


def member_overlap(p: Any) -> float:
    """a^2 + (1 - a^2)/K."""
    square = p.similarity**2
    return float(square + (1.0 - square) / p.module_size)


def inclusion(p: Any) -> tuple[float, float, float]:
    """pm of the prototype's unit, po of another one, and p_e of a synapse."""
    rest = (1.0 - p.similarity) / p.module_size
    on = -math.expm1(p.exposures * math.log1p(-p.plasticity)) if p.plasticity < 1.0 else 1.0
    return p.similarity + rest, rest, on


def other_classes(p: Any) -> Array:
    """E_B{...}^(C-1) by i + j (c + 1,)."""
    pm, po, on = inclusion(p)
    found = np.empty(p.cue_modules + 1)
    for lost in range(p.cue_modules + 1):
        m = np.arange(lost + 1)
        weight = binom.pmf(m, lost, 1.0 / p.module_size)
        none = 1.0 - (1.0 - on * pm) ** m * (1.0 - on * po) ** (lost - m)
        kept = (1.0 - pm * none) ** p.class_size / p.module_size
        kept += (1.0 - po * none) ** p.class_size * (1.0 - 1.0 / p.module_size)
        found[lost] = float(weight @ kept) ** (p.n_classes - 1)
    return found


def active(p: Any, pi: float, g: int, own: bool, rest: Array) -> float:
    """A unit of inclusion pi gets input from all of the cue, g of it the prototype's; NaN where the
    sum cancels to rounding.
    """
    pm, po, on = inclusion(p)
    i = np.arange(g + 1)[:, None]
    j = np.arange(p.cue_modules - g + 1)[None, :]
    members = p.class_size - (p.cue == "stored")
    none = 1.0 - (1.0 - on * pm) ** i * (1.0 - on * po) ** j
    ways = comb(g, i) * comb(p.cue_modules - g, j)
    terms = (-1.0) ** (i + j) * ways * (1.0 - pi * none) ** members * rest[i + j]
    if own:
        terms = terms * (1.0 - on) ** (i + j)
    total = math.fsum(terms.ravel())
    return total if abs(total) > 1e6 * ROUNDING * np.abs(terms).max() else _tiny(terms)


def _tiny(terms: Array) -> float:
    """0 where it is below what the sum can tell, and that is below 1e-9; else NaN."""
    return 0.0 if np.abs(terms).max() * 1e6 * ROUNDING < 1e-9 else math.nan


def class_accuracy(p: Any) -> float:
    """Sum over matches g ~ Binomial(c, pm) of [(less + equal)^C - less^C]/(C equal), less and equal
    of Binomial(c, 1/K).
    """
    g = np.arange(p.cue_modules + 1)
    pm, _, _ = inclusion(p)
    own = binom.pmf(g, p.cue_modules, pm)
    equal = binom.pmf(g, p.cue_modules, 1.0 / p.module_size)
    upto, n = binom.cdf(g, p.cue_modules, 1.0 / p.module_size), p.n_classes
    less = upto - equal
    shared = (upto**n - less**n) / (n * np.maximum(equal, 1e-300))
    share = np.where(n * equal > 1e-9 * upto, shared, upto ** (n - 1))
    return float(own @ share)
