"""Closed forms of one sample with a strong and a weak feature, each with where it holds.

F and V are the strong and the weak output, e = 1 - F - V the residual, gamma the step and r the
ratio of the features' squared norms: F <- F (1 + gamma e)^2, V <- V (1 + r gamma e)^2. Derived from
this map, the single-datum case of arXiv:2310.17074; numbers or arrays throughout.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = float | npt.NDArray[np.float64]

ORBIT_STABLE_BELOW = math.sqrt(5.0) - 1.0  # gamma at which the period-2 orbit gives way to period 4
# Where the doublings accumulate: limit of the superstable orbits of period 2^n, which converge by
# the universal factor 4.6692 (iterated in double precision up to period 512 and extrapolated).
CHAOS_ABOVE = 1.3022834627
# gamma at which the map's largest value can turn the filters away
FLIPS_ABOVE = 1.5 * math.sqrt(3.0) - 1.0


def fit_multiplier(strong: Numbers, weak: Numbers, gamma: Numbers, ratio: Numbers) -> Any:
    """Factor on a small residual at a fitted point F + V = 1: 1 - 2 gamma (F + r V).

    Stable if its size is below 1.
    """
    return 1.0 - 2.0 * gamma * (np.asarray(strong) + ratio * weak)


def orbit(gamma: Numbers) -> Any:
    """Lower and upper F of the period-2 orbit without the weak feature, gamma > 1.

    1/(gamma q) and q/gamma with q = [(1 + gamma) + sqrt((1 + gamma)^2 - 4)]/2.
    """
    one = 1.0 + np.asarray(gamma)
    q = 0.5 * (one + np.sqrt(one * one - 4.0))
    return 1.0 / (gamma * q), q / gamma


def orbit_mean_residual(gamma: Numbers) -> Any:
    """Mean of e over the period-2 orbit, gamma > 1: (gamma - 1)/(2 gamma)."""
    return (np.asarray(gamma) - 1.0) / (2.0 * gamma)


def orbit_multiplier(gamma: Numbers) -> Any:
    """Factor on a small change after one round (two updates) of the orbit: 9 - 2 (1 + gamma)^2.

    Below 1 in size for 1 < gamma < sqrt(5) - 1; zero at 3/sqrt(2) - 1.
    """
    return 9.0 - 2.0 * (1.0 + np.asarray(gamma)) ** 2


def orbit_weak_factor(gamma: Numbers, ratio: Numbers) -> Any:
    """Factor on the weak overlap, sqrt(V), per round (two updates) of the orbit while V is small.

    (1 + r gamma e_1)(1 + r gamma e_2) = 1 + r (1 - r)(gamma - 1), exactly; gamma > 1.
    """
    return 1.0 + ratio * (1.0 - np.asarray(ratio)) * (np.asarray(gamma) - 1.0)


def largest_image(gamma: Numbers) -> Any:
    """Largest F after an update without the weak feature: 4 (1 + gamma)^3 / (27 gamma).

    From any F in [0, (1 + gamma)/gamma].
    """
    return 4.0 * (1.0 + np.asarray(gamma)) ** 3 / (27.0 * gamma)


def weak_limit(gamma: Numbers, ratio: Numbers) -> Any:
    """V* = (gamma - 1)/(gamma (1 - r)), where the fitted point is marginally stable.

    0 for gamma <= 1.
    """
    return np.maximum(np.asarray(gamma) - 1.0, 0.0) / (gamma * (1.0 - np.asarray(ratio)))


def weak_end(gamma: Numbers, ratio: Numbers) -> Any:
    """V after the oscillation has ended, from V_0 << V*: V* (1 + r/4), up to relative O(r^2).

    For 1 < gamma < FLIPS_ABOVE. V passes V* with the oscillation still on. Close to V* the residual
    alternates, e = +-(1 - V) x, with d(x^2)/dt = 4 x^2 (g - x^2), g = gamma (V* - V), and
    dV/dt = r V x^2 per update. So d(x^2)/dV = 4 (g - x^2)/(r V), whose smooth solution
    x^2 = gamma (V* - V/(1 + r/4)) ends there, for any gamma.
    """
    return weak_limit(gamma, ratio) * (1.0 + 0.25 * np.asarray(ratio))


def climb(start: Numbers, gamma: Numbers) -> Any:
    """Updates in which F rises from F_0 < 1 to the fit: log(1/F_0) / (2 log(1 + gamma)).

    Exact up to a few: e = 1 all the way but for the last ones.
    """
    return -0.5 * np.log(start) / np.log1p(gamma)


def early_weak_gain(start: Numbers, gamma: Numbers, ratio: Numbers) -> Any:
    """Logarithm of the factor that V gains while F rises from F_0 < 1 to the fit.

    Up to O(r gamma^2), however small F_0:

        log(1/F_0) log(1 + r gamma)/log(1 + gamma) - r (1 - r) (gamma/2) (1 - F_0)

    The first term is exact where e = 1, and the gradient flow's for gamma << 1 (V = V_0 (F/F_0)^r);
    with it, the second sums log(1 + r gamma e) - r log(1 + gamma e) to second order along the flow
    dF/dt = 2 gamma F (1 - F).
    """
    share = np.log1p(ratio * gamma) / np.log1p(gamma)
    return -share * np.log(start) - 0.5 * ratio * (1.0 - np.asarray(ratio)) * gamma * (1.0 - start)


def small_step_weak_end(strong: Numbers, weak: Numbers, gamma: Numbers, ratio: Numbers) -> Any:
    """V after training at gamma << 1 from F_0 = ``strong``, V_0 = ``weak``.

        V_end = V_0 F_end^r exp(early gain),  F_end + V_end = 1

    Up to relative O(r gamma^2), for V_0 << 1 (relative O(r V_0) is neglected).
    """
    factor = weak * np.exp(early_weak_gain(strong, gamma, ratio))
    end = np.asarray(factor)
    for _ in range(50):  # contracts by r V/(1 - V) a round
        end = factor * (1.0 - end) ** ratio
    return end


def acquisition_time(strong: Numbers, weak: Numbers, gamma: Numbers, ratio: Numbers) -> Any:
    """Updates until V exceeds V*/2, from F_0 < 1 and V_0 << V*.

    The climb, and after it [log(V*/V_0) - early gain] / log(1 + r (1 - r)(gamma - 1)), for
    1 < gamma < ORBIT_STABLE_BELOW and r << 1: V grows by the orbit's factor, slowed down like a
    logistic curve as the oscillation at level V is that of gamma (1 - V). Relative error of the
    second part up to 2 r over its numerator.
    """
    distance = np.log(weak_limit(gamma, ratio) / weak) - early_weak_gain(strong, gamma, ratio)
    return climb(strong, gamma) + distance / np.log(orbit_weak_factor(gamma, ratio))
