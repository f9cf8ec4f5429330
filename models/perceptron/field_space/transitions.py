"""Where branches of magnetisations end, cross and lose stability, each from its own equation.

The overlap parametrises the saddle points of a measure, the unstable ones included; their load alpha(r) turns around
where a branch ends. Loads are patterns per weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from toysim.models.perceptron.field_space.measure import FieldSaddle, Measure
from toysim.models.perceptron.saddle import Array
from toysim.models.perceptron.solver_outputs import FROZEN


class Coexistence(NamedTuple):
    """Two branches: where the high one begins, where their free entropies cross, where the low one ends."""

    high_begins: FieldSaddle
    crossing: float
    low_ends: FieldSaddle


def curve(measure: Measure, overlaps: Sequence[float]) -> list[FieldSaddle]:
    """Saddle points at increasing overlaps > 0, each extrapolated from two before; those not found are left out.

    Spaced by 0.05 in ln(1 - r) they are found up to beta = 30 at least.
    """
    found: list[FieldSaddle] = []
    for r in overlaps:
        saddle = measure.at_overlap(r, _extrapolated(found[-2:], r))
        if saddle.solver_status != FROZEN:
            found.append(saddle)
    return found


def _extrapolated(found: list[FieldSaddle], r: float) -> Array | None:
    if len(found) < 2:
        return found[0].coordinates if found else None
    (a, x), (b, y) = ((math.log1p(-saddle.overlap), saddle.coordinates) for saddle in found)
    ahead: Array = y + (y - x) * (math.log1p(-r) - b) / (b - a)
    return ahead


def coexistence(measure: Measure, lowest: float = 0.1) -> Coexistence | None:
    """The two branches of a measure and where they end; None if the load rises with the overlap throughout.

    Overlaps are followed from ``lowest`` to 1 - 1/beta^2, where the load is about 6.
    """
    depths = np.arange(-math.log1p(-lowest), 2.0 * math.log(measure.beta), 0.05)
    found = curve(measure, (-np.expm1(-depths)).tolist())
    loads = [saddle.load for saddle in found]
    peaks = [i for i in range(1, len(loads) - 1) if loads[i - 1] < loads[i] >= loads[i + 1]]
    if not peaks:
        return None
    i = peaks[0]
    j = i + int(np.argmin(loads[i:]))
    low_ends, high_begins = _turning(measure, found[i - 1 : i + 2], -1.0), _turning(measure, found[j - 1 : j + 2], 1.0)

    def gain(alpha: float) -> float:
        low, high = (
            min(branch, key=lambda saddle: abs(saddle.load - alpha)).continued(measure, alpha)
            for branch in (found[:i], found[j + 1 :])
        )
        return high.free_entropy - low.free_entropy

    inset = 1e-3 * (low_ends.load - high_begins.load)
    crossing = brentq(gain, high_begins.load + inset, low_ends.load - inset, xtol=1e-10)
    return Coexistence(high_begins, float(crossing), low_ends)


def _turning(measure: Measure, around: list[FieldSaddle], sign: float) -> FieldSaddle:
    """Where sign * alpha(r) is least, between the first and the last of three saddle points."""
    first, guess, last = around

    def at(depth: float) -> FieldSaddle:
        return measure.at_overlap(-math.expm1(-depth), guess.coordinates)

    least = minimize_scalar(
        lambda depth: sign * at(depth).load,
        bounds=(-math.log1p(-first.overlap), -math.log1p(-last.overlap)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return at(least.x)


def instability(branch: Callable[[float], FieldSaddle], below: float, above: float) -> float:
    """Load between two given ones at which a branch (``measure.low`` or ``measure.high``) has replicon value 1."""
    return float(brentq(lambda alpha: branch(alpha).stability - 1.0, below, above, xtol=1e-10))
