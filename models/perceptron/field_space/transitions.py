"""Where branches of magnetisations end, cross and lose stability, each from its own equation.

The overlap parametrises the saddle points of a measure, the unstable ones included; their load
alpha(r) turns around where a branch ends. Loads are patterns per weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from toysim.models.perceptron.field_space.measure import FieldSaddle, Measure
from toysim.models.perceptron.replica.saddle import Array
from toysim.models.perceptron.replica.solver_outputs import FROZEN


class Coexistence(NamedTuple):
    """Two branches: where the high one begins, free entropies cross, and the low one ends."""

    high_begins: FieldSaddle
    crossing: float
    low_ends: FieldSaddle


def curve(
    measure: Measure, start: FieldSaddle, highest_load: float, step: float = 0.025
) -> list[FieldSaddle]:
    """Saddle points at overlaps from that of ``start`` by ``step`` in ln(1 - r), up to a load.

    Each is extrapolated from two before; the list ends early where one is not found. The default
    step does up to beta = 20; at 30 the curve turns too sharply where the low branch ends.
    """
    found = [start]
    while found[-1].load < highest_load:
        r = -math.expm1(math.log1p(-found[-1].overlap) - step)
        saddle = measure.at_overlap(r, _extrapolated(found[-2:], r))
        if saddle.solver_status == FROZEN:
            break
        found.append(saddle)
    return found


def _extrapolated(found: list[FieldSaddle], r: float) -> Array:
    if len(found) < 2:
        return found[0].coordinates
    (a, x), (b, y) = ((math.log1p(-saddle.overlap), saddle.coordinates) for saddle in found)
    ahead: Array = y + (y - x) * (math.log1p(-r) - b) / (b - a)
    return ahead


def coexistence(
    measure: Measure, lowest_load: float = 0.1, highest_load: float = 6.0
) -> Coexistence | None:
    """The two branches of a measure and where they end; None if the overlap rises throughout.

    Followed between two loads, at which there is one branch only. Raises ValueError if it cannot be
    followed so far.
    """
    found = curve(measure, measure.low(lowest_load), highest_load)
    last = found[-1]
    if last.load < highest_load:
        raise ValueError(
            f"beta = {measure.beta:g}: saddle points are lost at overlap {last.overlap:.3f}; "
            "lower beta"
        )
    loads = [saddle.load for saddle in found]
    peaks = [i for i in range(1, len(loads) - 1) if loads[i - 1] < loads[i] >= loads[i + 1]]
    if not peaks:
        return None
    i = peaks[0]
    j = i + int(np.argmin(loads[i:]))
    low_ends, high_begins = (
        _turning(measure, found[i - 1 : i + 2], -1.0),
        _turning(measure, found[j - 1 : j + 2], 1.0),
    )
    return Coexistence(high_begins, _crossing(measure, found[:i], found[j + 1 :]), low_ends)


def _crossing(measure: Measure, low: list[FieldSaddle], high: list[FieldSaddle]) -> float:
    """Load at which two branches, given at some loads, have the same free entropy."""

    def gain(alpha: float) -> float:
        ends = (min(branch, key=lambda saddle: abs(saddle.load - alpha)) for branch in (low, high))
        low_end, high_end = (end.continued(measure, alpha) for end in ends)
        return high_end.free_entropy - low_end.free_entropy

    loads = [saddle.load for saddle in high if low[0].load < saddle.load < low[-1].load]
    gains = np.interp(loads, [s.load for s in high], [s.free_entropy for s in high])
    gains -= np.interp(loads, [s.load for s in low], [s.free_entropy for s in low])
    k = int(np.flatnonzero(np.diff(np.sign(gains)))[0])
    return float(brentq(gain, loads[max(k - 1, 0)], loads[min(k + 2, len(loads) - 1)], xtol=1e-10))


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
    """Load between two at which a branch (``measure.low`` or ``high``) has replicon value 1."""
    return float(brentq(lambda alpha: branch(alpha).stability - 1.0, below, above, xtol=1e-10))
