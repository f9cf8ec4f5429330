"""Where branches of magnetisations end, cross and lose stability, each from its own equation.

The overlap parametrises the saddle points of a measure, the unstable ones included; their load alpha(r) turns around
where a branch ends. Loads are patterns per weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from toysim.models.perceptron.field_space.measure import FieldSaddle, Measure


class Coexistence(NamedTuple):
    """Two branches: where the high one begins, where their free entropies cross, where the low one ends."""

    high_begins: FieldSaddle
    crossing: float
    low_ends: FieldSaddle


def curve(measure: Measure, overlaps: list[float]) -> list[FieldSaddle]:
    """Saddle points at increasing overlaps, each found from the one before."""
    found: list[FieldSaddle] = []
    for r in overlaps:
        found.append(measure.at_overlap(r, found[-1] if found and np.isfinite(found[-1].load) else None))
    return found


def coexistence(measure: Measure, lowest: float = 0.1, n: int = 25) -> Coexistence | None:
    """The two branches of a measure and where they end; None if the load rises with the overlap throughout.

    Overlaps are looked at from ``lowest`` up to a teacher's: n of them, evenly in ln(1 - r).
    """
    last = 0.01 / max(measure.beta, 1.0) ** 2
    depths = np.linspace(-math.log1p(-lowest), -math.log(last), n)
    found = curve(measure, [-math.expm1(-depth) for depth in depths])
    loads = np.array([saddle.load for saddle in found])
    peaks = np.flatnonzero((loads[1:-1] > loads[:-2]) & (loads[1:-1] >= loads[2:])) + 1
    if not len(peaks):
        return None
    i = int(peaks[0])
    j = i + int(np.nanargmin(loads[i:]))
    low_ends = _turning(measure, depths[i - 1 : i + 2], found[i], -1.0)
    high_begins = _turning(measure, depths[j - 1 : j + 2], found[j], 1.0)

    def gain(alpha: float) -> float:
        both = measure.branches(alpha)
        return both.high.free_entropy - both.low.free_entropy

    inset = 1e-6 * (low_ends.load - high_begins.load)
    crossing = brentq(gain, high_begins.load + inset, low_ends.load - inset, xtol=1e-10)
    return Coexistence(high_begins, float(crossing), low_ends)


def _turning(measure: Measure, depths: np.ndarray, guess: FieldSaddle, sign: float) -> FieldSaddle:
    """Where sign * alpha(r) is least between the depths -ln(1 - r) given."""

    def at(depth: float) -> FieldSaddle:
        return measure.at_overlap(-math.expm1(-depth), guess)

    least = minimize_scalar(
        lambda depth: sign * at(depth).load, bounds=(depths[0], depths[-1]), method="bounded", options={"xatol": 1e-5}
    )
    return at(least.x)


def instability(branch: Callable[[float], FieldSaddle], below: float, above: float) -> float:
    """Load between two given ones at which a branch (``measure.low`` or ``measure.high``) has replicon value 1."""
    return float(brentq(lambda alpha: branch(alpha).stability - 1.0, below, above, xtol=1e-10))
