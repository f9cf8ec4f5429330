"""Overlaps of the lasso as d -> infinity: its state evolution in closed form, by two nested roots.

A coefficient is estimated as c S(w* + tau z; th), S the soft threshold, w* of variance v = rho/eps
with probability eps, else 0. With s^2 = v + tau^2 and
M2(th, s^2) = s^2 [2 (1 + a^2) H(a) - 2 a G(a)], a = th/s:

    tau^2 = (sigma^2 + E)/alpha,  Vh = alpha/(1 + V),  th = lambda/Vh,  c = Vh/(Vh + mu)
    tpr = 2 H(th/s),  active = (1 - eps) 2 H(th/tau) + eps tpr,  V = c active/Vh
    m = c rho tpr,  q = c^2 [(1 - eps) M2(th, tau^2) + eps M2(th, s^2)],  E = rho - 2 m + q
    train = (sigma^2 + E)/(1 + V)^2,  fdr = (1 - eps) 2 H(th/tau)/active

Derived (arXiv:0907.3574 for the iteration, which near the boundary stalls and may cycle). Given
tau, th Vh grows in th: one root. (sigma^2 + E)/(alpha tau^2) - 1 changes its sign once in tau.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq

STEP = 1e-4  # of ln tau, for the slope at the root


@dataclass(frozen=True)
class Problem:
    """Samples alpha, penalties lambda and mu, noise sigma^2, signal rho and its density eps."""

    alpha: float
    penalty: float
    ridge: float
    noise: float
    signal: float
    density: float


@dataclass(frozen=True)
class State:
    """The estimate at a noise tau: threshold, Vh, c, shares of nonzeros, overlaps and error."""

    tau: float
    threshold: float
    v_hat: float
    shrink: float
    found: float
    false: float
    active: float
    m: float
    q: float
    error: float


def density(a: float) -> float:
    return math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)


def two_tails(a: float) -> float:
    """2 H(a)."""
    return math.erfc(a / math.sqrt(2.0))


def second_moment(threshold: float, spread: float) -> float:
    """M2: mean square of S(z; th), z of that standard deviation."""
    a = threshold / spread
    rest = (1.0 + a * a) * two_tails(a) - 2.0 * a * density(a)
    return spread**2 * max(rest, 0.0)


def missed(a: float) -> float:
    """1 - 2 H - g, g = 2 a G; where it would cancel by its series g sum_k a^2k/(3 .. (2 k + 1))."""
    g = 2.0 * a * density(a)
    if a >= 0.7:
        return 1.0 - two_tails(a) - g
    total, term = 0.0, g
    for k in range(1, 30):
        term *= a * a / (2 * k + 1)
        total += term
    return total


def actives(p: Problem, tau: float, threshold: float) -> tuple[float, float]:
    """Share of all coefficients that are nonzero wrongly, and share found of the true ones."""
    spread = math.hypot(math.sqrt(p.signal / p.density), tau)
    return (1.0 - p.density) * two_tails(threshold / tau), two_tails(threshold / spread)


def v_hat(p: Problem, active: float) -> float:
    """Vh^2 + (mu + active - alpha) Vh - alpha mu = 0, the positive root."""
    b = p.ridge + active - p.alpha
    root = math.sqrt(b * b + 4.0 * p.alpha * p.ridge)
    if b <= 0.0:
        return 0.5 * (root - b)
    return 2.0 * p.alpha * p.ridge / (root + b)


def threshold_at(p: Problem, tau: float) -> float:
    """th with th Vh(th) = lambda."""

    def excess(log_th: float) -> float:
        th = math.exp(log_th)
        false, found = actives(p, tau, th)
        return th * v_hat(p, false + p.density * found) / p.penalty - 1.0

    low = math.log(p.penalty / p.alpha)
    high = low + 1.0
    while excess(high) < 0.0:
        low, high = high, high + 1.0
    return math.exp(brentq(excess, low - 1e-9, high, xtol=1e-15))


def state(p: Problem, tau: float) -> State:
    """The estimate at tau; its error without a difference of large numbers."""
    th = threshold_at(p, tau)
    false, found = actives(p, tau, th)
    active = false + p.density * found
    vh = v_hat(p, active)
    c = vh / (vh + p.ridge)
    v = p.signal / p.density
    spread = math.hypot(math.sqrt(v), tau)
    a = th / spread
    noise = tau**2 * (found - 2.0 * a * density(a)) + th**2 * found
    empty = (1.0 - p.density) * second_moment(th, tau)
    q = c * c * (empty + p.density * second_moment(th, spread))
    sparse = empty + p.density * (noise + v * missed(a))
    bias = p.signal * (1.0 - c) * (2.0 * c * (1.0 - found) + 1.0 - c)
    error = c * c * sparse + bias
    return State(tau, th, vh, c, found, false, active, c * p.signal * found, q, error)


def left(p: Problem, log_tau: float) -> float:
    """(sigma^2 + E)/(alpha tau^2) - 1."""
    tau = math.exp(log_tau)
    return (p.noise + state(p, tau).error) / (p.alpha * tau * tau) - 1.0


def solve(p: Problem) -> State:
    """The fixed point."""
    high = 0.5 * math.log((p.noise + p.signal) / p.alpha) + math.log(2.0)
    while left(p, high) > 0.0:
        high += math.log(2.0)
    low = high - 1.0
    while left(p, low) < 0.0:
        low -= 1.0
    return state(p, math.exp(brentq(lambda x: left(p, x), low, high, xtol=1e-15)))


def stability(p: Problem, at: State) -> float:
    """1 - d ln(sigma^2 + E)/d ln(tau^2) at the fixed point: 0 where it is about to be lost."""
    x = math.log(at.tau)
    return 0.25 * (left(p, x - STEP) - left(p, x + STEP)) / STEP


def boundary(a: float) -> tuple[float, float]:
    """alpha and eps on the boundary of exact recovery (lambda -> 0, no noise), a = th/tau:
    alpha = 2 G/(a + 2 (G - a H)), eps = 2 (G - a H)/(a + 2 (G - a H)). Derived;
    arXiv:0907.3574.
    """
    g = density(a)
    rest = 2.0 * g - a * two_tails(a)
    return 2.0 * g / (a + rest), rest / (a + rest)


def critical_density(alpha: float) -> float:
    """eps_c: denser signals are not recovered from alpha < 1 samples a dimension."""
    if alpha >= 1.0:
        return 1.0
    a = brentq(lambda a: boundary(a)[0] - alpha, 0.0, 40.0, xtol=1e-15)
    return boundary(a)[1]
