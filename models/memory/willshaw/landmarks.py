"""Capacities of the sparse memory, as numbers of pairs (real ones)."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from toysim.models.memory.willshaw import law

RIGHT = 0.99


def capacity_false_rate(p: Any) -> float:
    return float(1.0 / (p.n_outputs - p.n_active_outputs))


def _off_power(p: Any) -> float:
    """ln of the probability that a pair leaves a synapse off."""
    share = p.plasticity * p.n_active * p.n_active_outputs / (p.n_inputs * p.n_outputs)
    return math.log1p(-share)


def independent_capacity(p: Any) -> float:
    """(1 - rho)^k (M - l) = 1."""
    density = capacity_false_rate(p) ** (1.0 / p.n_active)
    return math.log1p(-density) / _off_power(p)


def _at(p: Any, pairs: int) -> SimpleNamespace:
    values = {name: getattr(p, name) for name in type(p).model_fields}
    full = {"cue_size": p.n_active, "threshold": p.n_active, "n_pairs": pairs}
    return SimpleNamespace(**{**values, **full})


def _crossing(excess: Any, start: float) -> float:
    """Where a function of whole pairs passes 0, between two of them by a straight line."""
    high = max(2, int(start))
    while excess(high) < 0.0:
        high *= 2
    found = brentq(lambda x: excess(int(x)), 0, high, xtol=0.5)
    low = int(found) - 2
    near = np.arange(max(low, 0), low + 6)
    return float(np.interp(0.0, [excess(int(n)) for n in near], near))


def recall_capacity(p: Any) -> float:
    """(M - l) times the exact false rate is 1."""
    rate = capacity_false_rate(p)
    return _crossing(
        lambda n: math.log(max(law.sums(_at(p, n))[1][-1], 1e-300) / rate), independent_capacity(p)
    )


def recognition_capacity(p: Any) -> float:
    """Where the normal law of recognition falls to 99 %."""
    if p.exposures == 0:
        raise ValueError("exposures = 0: what was never shown is not recognised; give 1 or more")
    return _crossing(lambda n: RIGHT - law.recognition(_at(p, n)), independent_capacity(p))
