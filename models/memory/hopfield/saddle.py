"""Replica-symmetric saddle points of the Hopfield model, solved along curves.

With x = beta m and s = beta sqrt(alpha r) the averages give temperature and load in closed form,
T = m/x and alpha = s^2 (1 - chi)^2/(beta^2 q): at a temperature every s is the saddle point of some
load, and one root in x finds it. The largest load on the curve is the capacity. At T = 0 the curve
is alpha(t) = (erf(t)/t - 2 e^(-t^2)/sqrt(pi))^2/2. Derived.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from toysim.jit import kernel
from toysim.numerics.elementary import exp, log1p, tanh

COLDEST = 0.005  # averages need some 3/T points; colder ones are within 1e-4 of T = 0
FAR = 8.5  # standard deviations that averages reach
RESOLUTION = 0.25  # of a step over the width of tanh: the trapezoid's error is e^(-80)
NOISES = np.geomspace(1e-6, 3e3, 240)  # s that are tried
OVERLAPS = np.linspace(0.2, 6.0, 400)  # t that are tried at T = 0


@dataclass(frozen=True)
class Saddle:
    """A saddle point at a load and temperature; ``stability``: the replicon value, stable below
    1.
    """

    alpha: float
    temperature: float
    overlap: float
    self_overlap: float
    energy: float
    free_energy: float
    stability: float


@kernel
def averages(x: float, s: float) -> tuple[float, float, float, float]:
    """<tanh u>, <tanh^2 u>, <(1 - tanh^2 u)^2> and <ln 2cosh u> over u = x + s z, z normal."""
    n = int(2.0 * FAR * max(s, 1.0) / RESOLUTION) + 1
    h = 2.0 * FAR / n
    first, second, fourth, entropy, norm = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n + 1):
        z = -FAR + h * k
        u, weight = x + s * z, exp(-0.5 * z * z)
        t = tanh(u)
        first += weight * t
        second += weight * t * t
        fourth += weight * (1.0 - t * t) ** 2
        entropy += weight * (abs(u) + log1p(exp(-2.0 * abs(u))))
        norm += weight
    return first / norm, second / norm, fourth / norm, entropy / norm


def _field(s: float, temperature: float) -> float:
    """x > 0 with <tanh> = T x, NaN where x = 0 is the only root."""
    least, most = 1e-7, 1.001 / temperature  # a mean of ones may round to above 1

    def excess(x: float) -> float:
        return averages(x, s)[0] - temperature * x

    return float(brentq(excess, least, most, xtol=1e-13)) if excess(least) > 0.0 else math.nan


def at_noise(s: float, temperature: float, retrieval: bool) -> Saddle:
    """The saddle point at a noise s, its load NaN where there is none."""
    beta = 1.0 / temperature
    x = _field(s, temperature) if retrieval else 0.0
    if not math.isfinite(x):
        return Saddle(*(math.nan,) * 7)
    m, q, fourth, entropy = averages(x, s)
    chi = beta * (1.0 - q)
    if chi >= 1.0 or q <= 0.0:
        return Saddle(*(math.nan,) * 7)
    m = m if retrieval else 0.0
    alpha = s * s * (1.0 - chi) ** 2 / (beta * beta * q)
    r = q / (1.0 - chi) ** 2
    energy = -0.5 * m * m + 0.5 * alpha * (1.0 - 1.0 / (1.0 - chi) - chi * r)
    free = 0.5 * (alpha + m * m + alpha * r * chi) - temperature * entropy
    free += 0.5 * alpha * (temperature * math.log1p(-chi) - q / (1.0 - chi))
    stability = alpha * beta * beta * fourth / (1.0 - chi) ** 2
    return Saddle(alpha, temperature, m, q, energy, free, stability)


def at_zero(t: float) -> Saddle:
    """The retrieval state of T = 0 at t = m/sqrt(2 alpha r)."""
    gauss = 2.0 / math.sqrt(math.pi) * math.exp(-t * t)
    alpha, m = 0.5 * (math.erf(t) / t - gauss) ** 2, math.erf(t)
    chi = gauss * t / m
    return Saddle(alpha, 0.0, m, 1.0, _energy_at_zero(m, alpha, chi), math.nan, math.inf)


def _energy_at_zero(m: float, alpha: float, chi: float) -> float:
    return -0.5 * m * m - 0.5 * alpha * chi * (2.0 - chi) / (1.0 - chi) ** 2


@lru_cache(maxsize=512)
def capacity(temperature: float) -> tuple[float, Saddle]:
    """The noise s (t at T = 0) of the largest load of a retrieval state, and that state."""
    at: Callable[[float], Saddle]
    if temperature == 0.0:
        grid, at = OVERLAPS, at_zero
    else:
        hottest = NOISES[3.0 / temperature > NOISES]
        grid, at = hottest, lambda s: at_noise(s, temperature, True)
    loads = np.array([at(float(s)).alpha for s in grid])
    if not np.isfinite(loads).any():
        return math.nan, Saddle(*(math.nan,) * 7)
    k = int(np.nanargmax(loads))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]

    def negative(s: float) -> float:
        load = at(s).alpha
        return -load if math.isfinite(load) else 0.0

    options = {"xatol": 1e-10 * high}
    found = minimize_scalar(negative, bounds=(low, high), method="bounded", options=options)
    return float(found.x), at(float(found.x))


def retrieval(alpha: float, temperature: float) -> Saddle | None:
    """The retrieval state at a load and temperature; None above the capacity."""
    edge, top = capacity(temperature)
    if not 0.0 < alpha < top.alpha:
        return None
    if temperature == 0.0:
        t = brentq(lambda t: at_zero(t).alpha - alpha, edge, 1e4, xtol=1e-13)
        return at_zero(float(t))
    least = 1e-9 * edge
    s = brentq(lambda s: at_noise(s, temperature, True).alpha - alpha, least, edge, xtol=1e-14)
    return at_noise(float(s), temperature, True)


def spin_glass(alpha: float, temperature: float) -> Saddle:
    """The state without overlap: a spin glass below 1 + sqrt(alpha), else the paramagnet."""
    if temperature == 0.0:
        k = math.sqrt(2.0 / (math.pi * alpha))
        energy = _energy_at_zero(0.0, alpha, k / (1.0 + k))
        return Saddle(alpha, 0.0, 0.0, 1.0, energy, energy, math.inf)
    if temperature >= 1.0 + math.sqrt(alpha):
        chi = 1.0 / temperature
        energy = 0.5 * alpha * (1.0 - 1.0 / (1.0 - chi))
        free = 0.5 * alpha * (1.0 + temperature * math.log1p(-chi)) - temperature * math.log(2.0)
        return Saddle(alpha, temperature, 0.0, 0.0, energy, free, alpha * (chi / (1.0 - chi)) ** 2)

    def short(log_s: float) -> float:
        load = at_noise(math.exp(log_s), temperature, False).alpha
        return (load if math.isfinite(load) else 0.0) - alpha

    most = (2.0 + math.sqrt(alpha)) / temperature
    s = math.exp(brentq(short, math.log(1e-6), math.log(4.0 * most), xtol=1e-13))
    return at_noise(s, temperature, False)
