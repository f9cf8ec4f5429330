"""Capacity, transitions and spinodals of the binary perceptron, each from its own equation.

No scan over loads: the overlap is given and the load that has it follows, or a free entropy is set
to zero. Logarithms are natural; loads are patterns per weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from toysim.models.perceptron.franz_parisi.theory import Landscape
from toysim.models.perceptron.replica.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.storage.theory import storage_saddle

PRECISION = 1e-13


class Transition(NamedTuple):
    """A load, the overlap at it, and the entropy per weight there."""

    alpha: float
    overlap: float
    entropy: float


def capacity(margin: float = 0.0) -> Transition:
    """Load at which the entropy of storage vanishes, and the overlap q of two solutions there.

    0.83308 at margin 0 (Krauth and Mezard 1989). Raises ValueError where it exceeds 10^4 (margins
    below -3).
    """
    above = 0.5
    while storage_saddle(above, margin).entropy > 0.0:
        above *= 2.0
        if above > 1e4:
            raise ValueError(
                f"margin = {margin:g}: the capacity exceeds 10^4; give a larger margin"
            )
    below = 0.5 * above if above > 0.5 else 0.0
    # Beyond the last saddle point there is no entropy: that too is above capacity.
    alpha = brentq(
        lambda a: np.nan_to_num(storage_saddle(a, margin).entropy, nan=-1.0),
        below,
        above,
        xtol=PRECISION,
    )
    found = storage_saddle(alpha, margin)
    return Transition(alpha, found.overlap, found.entropy)


def student_at(overlap: float, step: float = STEP) -> Transition:
    """The load at which students of overlap 0 < R < 1 are a saddle point at T = 0.

    On the Nishimori line q = r = R:

        R = int Dz tanh(sqrt(R^) z + R^),  alpha = R^ / (2 int Dz H f^2)
    """

    def excess(conjugate: float) -> float:
        return site_averages(conjugate, conjugate, step).first - overlap

    above = 1.0
    while excess(above) < 0.0:
        above *= 2.0
    conjugate = brentq(excess, 0.0, above, xtol=PRECISION)
    patterns = teacher_patterns(overlap, overlap, 0.0, step)
    alpha = conjugate / patterns.q_hat
    free = site_averages(conjugate, conjugate, step).entropy + alpha * patterns.log_mean
    return Transition(alpha, overlap, free - 0.5 * conjugate * (1.0 + overlap))


def first_order_transition() -> Transition:
    """Load above which the teacher is the only student without error, s(R) = 0: 1.24468.

    Gyorgyi 1990.
    """
    return student_at(
        brentq(lambda overlap: student_at(overlap).entropy, 0.2, 0.88, xtol=PRECISION)
    )


def spinodal() -> Transition:
    """Load up to which students of overlap below 1 are metastable, max alpha(R): 1.49263."""
    return student_at(_argmax(lambda overlap: student_at(overlap).alpha))


def annealed_transition() -> Transition:
    """Where the annealed entropy is negative for every R < 1: 1.44797.

    h2((1-R)/2) + alpha ln(1 - arccos(R)/pi)
    """

    def alpha(overlap: float) -> float:
        return -_entropy(overlap) / math.log(_agreement(overlap))

    overlap = _argmax(alpha)
    return Transition(alpha(overlap), overlap, 0.0)


def annealed_spinodal() -> Transition:
    """Where the annealed entropy loses its maximum at R < 1, ds/dR = 0: 1.73011."""

    def alpha(overlap: float) -> float:
        return math.pi * math.sqrt(1.0 - overlap**2) * _agreement(overlap) * math.atanh(overlap)

    overlap = _argmax(alpha)
    load = alpha(overlap)
    return Transition(load, overlap, _entropy(overlap) + load * math.log(_agreement(overlap)))


def high_temperature_transition() -> Transition:
    """alpha/T, T -> infinity, at which the free energy rises above 0: 1.69593.

    alpha/T arccos(R)/pi - h2((1-R)/2)
    """

    def alpha(overlap: float) -> float:
        return math.pi * _entropy(overlap) / math.acos(overlap)

    overlap = _argmax(alpha)
    return Transition(alpha(overlap), overlap, _entropy(overlap))


def high_temperature_spinodal() -> Transition:
    """alpha/T, T -> infinity, at which that free energy loses its minimum at R < 1: 2.08207."""

    def alpha(overlap: float) -> float:
        return math.pi * math.sqrt(1.0 - overlap**2) * math.atanh(overlap)

    overlap = _argmax(alpha)
    return Transition(alpha(overlap), overlap, _entropy(overlap))


def isolation_distance(alpha: float, reference: str = "solution") -> float:
    """Distance d_min below which no solution is around a typical one, Phi(1 - 2 d) = 0.

    arXiv:1408.1784. For 0 < alpha below capacity (first transition, for reference = planted), where
    Phi is positive farther away.
    """
    landscape = Landscape(reference, alpha)
    peak = landscape.at_field(0.0)
    if not peak.potential > 0.0:
        raise ValueError(
            f"alpha = {alpha:g}: there is more than one solution only below the transition; lower "
            "alpha"
        )

    def potential(log_distance: float) -> float:
        # No saddle point is left where the potential has long been negative.
        return float(
            np.nan_to_num(
                landscape.at_overlap(1.0 - 2.0 * math.exp(log_distance)).potential, nan=-1.0
            )
        )

    far = math.log(0.5 * (1.0 - peak.overlap))
    near = far - 1.0
    while potential(near) > 0.0:
        far, near = near, near - 1.0
    return math.exp(brentq(potential, near, far, xtol=1e-11))


def _entropy(overlap: float) -> float:
    """h2(d) at d = (1 - overlap)/2: entropy of all weight vectors at that overlap."""
    d = 0.5 * (1.0 - overlap)
    return -d * math.log(d) - (1.0 - d) * math.log1p(-d)


def _agreement(overlap: float) -> float:
    """Probability that teacher and student label a pattern alike."""
    return 1.0 - math.acos(overlap) / math.pi


def _argmax(function: Callable[[float], float]) -> float:
    """Overlap of a single maximum in (0, 1), to 1e-8; the maximum is exact to rounding."""
    found = minimize_scalar(
        lambda overlap: -function(overlap), bounds=(0.05, 0.999), options={"xatol": 1e-9}
    )
    return float(found.x)
