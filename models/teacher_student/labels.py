"""How a teacher's labels depend on its clean field u, and what a student's field tells of them.

With a student of self-overlap q and overlap m, and its field w = sqrt(q) xi, the label y = 1 has
probability Z = E_t P(y = 1 | m xi/sqrt(q) + s0 t), s0^2 = rho - m^2/q; Z' is its slope in the
teacher's mean field. Derived; by symmetry y = -1 counts the same.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_ndtr, ndtr

from toysim.jit import kernel
from toysim.numerics import elementary

Array = npt.NDArray[np.float64]

END = 9.0  # of normal xi; what is beyond has a weight below 1e-17
SIGN, LOGISTIC, MIXTURE = range(3)  # teachers
TEACHERS = {"sign": SIGN, "logistic": LOGISTIC, "mixture": MIXTURE}
_T, _W = np.polynomial.hermite_e.hermegauss(61)
_W = _W / _W.sum()
_MULTIPLES = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
POINTS = 16  # of a panel
_X16, _W16 = np.polynomial.legendre.leggauss(POINTS)


def density(x: Array) -> Array:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))


@kernel
def node(low: float, high: float, i: int) -> tuple[float, float]:
    """Point i of a panel and its weight."""
    half = 0.5 * (high - low)
    return 0.5 * (high + low) + half * _X16[i], half * _W16[i]


@kernel
def logistic_label(mean: float, deviation: float) -> tuple[float, float]:
    """E p and E p (1 - p) of p = 1/(1 + exp(-u)), u of that mean and deviation."""
    p = np.empty(len(_T))
    for i in range(len(_T)):
        p[i] = 1.0 / (1.0 + elementary.exp(-(mean + deviation * _T[i])))
    z, slope = 0.0, 0.0
    for i in range(len(_T)):
        z += _W[i] * p[i]
        slope += _W[i] * (p[i] * (1.0 - p[i]))
    return z, slope


@kernel
def label(teacher: int, mean: float, variance: float, flip: float) -> tuple[float, float]:
    """Z and Z' at a teacher's mean field, given the variance of what is not known of it: labels
    sign(u + noise), flipped with a probability; of probability 1/(1 + exp(-u)); of a mixture 1/2,
    so that both labels count once.
    """
    if teacher == MIXTURE:
        return 0.5, 0.5
    if teacher == LOGISTIC:
        return logistic_label(mean, math.sqrt(max(variance, 0.0)))
    s = math.sqrt(max(variance, 1e-300))
    z = flip + (1.0 - 2.0 * flip) * 0.5 * elementary.erfc(-mean / s * math.sqrt(0.5))
    return z, (1.0 - 2.0 * flip) * elementary.density(mean / s) / s


@kernel
def panels(width: float, bends: Array, low: float, high: float, parts: int) -> Array:
    """Ends of panels between low and high that begin anew at the bends and at multiples of the
    width of a teacher's step at 0.
    """
    steps = width * _MULTIPLES
    edges = np.concatenate((bends, steps, -steps, np.linspace(low, high, parts + 1)))
    return np.unique(np.minimum(np.maximum(edges, low), high))


def gardner_capacity(margin: float) -> float:
    """Samples per dimension at which random labels stop being separable with a margin kappa:
    1/[(1 + kappa^2) P(kappa) + kappa G(kappa)], 2 at kappa = 0.
    """
    k = margin
    below, height = float(ndtr(k)), math.exp(-0.5 * k * k) / math.sqrt(2.0 * math.pi)
    return 1.0 / ((1.0 + k * k) * below + k * height)


@cache
def critical_ratio(labelled: str, strength: float) -> float:
    """alpha* up to which labels are linearly separable: infinite without noise.

    1/alpha* = min_t 2 int Dv P(y = 1 | v) [(1 + t^2 v^2) H(t v) - t v G(t v)], v = u/sqrt(rho).
    ``labelled``: random; flip with probability ``strength``; probit with noise of that deviation;
    logistic with that slope. arXiv:1804.09753 for the logistic teacher.
    """
    if labelled == "random" or (labelled == "logistic" and strength == 0.0):
        return 2.0
    if labelled != "logistic" and strength == 0.0:
        return math.inf
    nodes, weights = _panels(labelled, strength)
    p = _label_probability(labelled, strength, nodes)

    def unfit(t: float) -> float:
        x = t * nodes
        tail = np.exp(log_ndtr(-x))
        return float(2.0 * np.sum(weights * p * ((1.0 + x * x) * tail - x * density(x))))

    found = minimize_scalar(
        lambda log_t: unfit(math.exp(log_t)),
        bounds=(math.log(1e-6), math.log(1e6)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return 1.0 / float(found.fun)


def _panels(labelled: str, strength: float) -> tuple[Array, Array]:
    """Gauss-Legendre nodes of v and weights times its density, finer and finer towards 0."""
    inner = 2.0 ** -np.arange(0, 24)
    edges = np.concatenate([[0.0], inner[::-1], np.arange(2.0, 12.0)])
    edges = np.concatenate([-edges[:0:-1], edges])
    x, w = np.polynomial.legendre.leggauss(16)
    half = 0.5 * np.diff(edges)[:, None]
    nodes = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * x).ravel()
    return nodes, (half * w).ravel() * density(nodes)


def _label_probability(labelled: str, strength: float, v: Array) -> Array:
    if labelled == "flip":
        return np.where(v >= 0.0, 1.0 - strength, strength)
    if labelled == "probit":
        return np.asarray(ndtr(v / strength))
    return np.asarray(expit(strength * v))
