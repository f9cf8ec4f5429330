"""The family's landmarks as functions of a model's parameters.

Each takes its number from ``transitions``, or from the closed form above it.
"""

from __future__ import annotations

import math
from typing import Any

from scipy.special import log_ndtr

from toysim.models.perceptron import transitions
from toysim.models.perceptron.field_space.measure import task_measure
from toysim.models.perceptron.field_space.transitions import Coexistence, coexistence


def capacity(p: Any) -> float:
    """Load at which the entropy of storage vanishes."""
    return transitions.capacity(p.margin).alpha


def overlap_at_capacity(p: Any) -> float:
    """Overlap of two solutions there."""
    return transitions.capacity(p.margin).overlap


def annealed_capacity(p: Any) -> float:
    """Where the mean number of solutions falls below one: ln 2 + alpha ln H(kappa) = 0."""
    return -math.log(2.0) / float(log_ndtr(-p.margin))


def vanishing_distance(p: Any) -> float:
    """Where q -> 1 in the saddle point: alpha int_{-kappa}^inf Dz (kappa + z)^2 = 2/pi; 4/pi at 0.

    Near q = 1 the site equation gives (1-q)^2 q^ = 2/pi, the pattern equation that of the integral,
    (1 + kappa^2) H(-kappa) + kappa G(kappa).
    """
    k = float(p.margin)
    density = math.exp(-0.5 * k * k) / math.sqrt(2.0 * math.pi)
    second_moment = (1.0 + k * k) * 0.5 * math.erfc(-k / math.sqrt(2.0)) + k * density
    if k < -5.0:
        raise ValueError(f"margin = {k:g}: digits are lost below -5; give a larger margin")
    return 2.0 / math.pi / second_moment


def first_order_transition(p: Any) -> float:
    return transitions.first_order_transition().alpha


def overlap_at_transition(p: Any) -> float:
    return transitions.first_order_transition().overlap


def spinodal(p: Any) -> float:
    return transitions.spinodal().alpha


def annealed_transition(p: Any) -> float:
    return transitions.annealed_transition().alpha


def annealed_spinodal(p: Any) -> float:
    return transitions.annealed_spinodal().alpha


def high_temperature_transition(p: Any) -> float:
    return transitions.high_temperature_transition().alpha


def high_temperature_spinodal(p: Any) -> float:
    return transitions.high_temperature_spinodal().alpha


def isolation_distance(p: Any) -> float:
    """Distance around a typical solution in which there is no other."""
    return transitions.isolation_distance(p.alpha, p.reference)


def high_begins(p: Any) -> float:
    return _coexistence(p).high_begins.load


def crossing(p: Any) -> float:
    return _coexistence(p).crossing


def low_ends(p: Any) -> float:
    return _coexistence(p).low_ends.load


def _coexistence(p: Any) -> Coexistence:
    found = coexistence(task_measure(p.beta, p.kl))
    if found is None:
        raise ValueError(f"beta = {p.beta:g}: one saddle point at every load; give a larger beta")
    return found
