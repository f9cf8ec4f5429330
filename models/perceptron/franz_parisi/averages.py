"""Averages of the Franz-Parisi potential, over a weight and over a pattern, given a solution J.

J is typical; arXiv:1408.1784, derived. Slopes as in ``replica.averages``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.perceptron.replica.averages import gaussian_nodes, near, site_averages
from toysim.numerics.elementary import density, exp, inverse_mills, log_tail

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-13  # of an overlap, relative to 1 - p^2 ...
ROUNDING = 2e-15  # ... and of the sum that it is
MAX_STEPS = 100


class ReferenceSites(NamedTuple):
    """Over a weight: overlaps p (w, J), q (w, w), t (w, another J), ln 2cosh A, (1-tanh^2 A)^2.

    Slopes of p, q and t in q^, t^ and p^.
    """

    p: float
    q: float
    t: float
    entropy: float
    spread: float
    p_by: tuple[float, float, float]
    q_by: tuple[float, float, float]
    t_by: tuple[float, float, float]


class ReferencePatterns(NamedTuple):
    """Over a pattern: f^2 and f f0 (q^ and t^ at load 1), d<ln H>/dp, (df/domega)^2, ln H(u), and 1
    (a check of the quadrature).

    Slopes of the first three in q, t and p: half of them, as they are those of one function.
    """

    q_hat: float
    t_hat: float
    by_p: float
    slope: float
    log_mean: float
    one: float
    q_hat_by_q: float
    q_hat_by_t: float
    q_hat_by_p: float
    t_hat_by_t: float
    t_hat_by_p: float
    by_p_by_p: float


@kernel
def reference_nodes(q0_hat: float, step: float) -> tuple[Any, Any]:
    """Nodes z and weights over the reference's field sqrt(q0^) z: one alone where it has none."""
    if q0_hat > 0.0:
        return gaussian_nodes(0.0, 1.0 / max(1.0, math.sqrt(q0_hat)), step)
    return np.zeros(1), np.ones(1)


@kernel
def reference_sites(
    p_hat: float, t_hat: float, q_hat: float, q0_hat: float, step: float
) -> ReferenceSites:
    """The averages over a weight, given the reference's weight J and its field sqrt(q0^) z.

        < g > = int Dz (1 + tau) int Dv g(A),  tau = tanh(sqrt(q0^) z)
        A = t^ z/sqrt(q0^) + p^ - t^ + sqrt(q^ - t^2/q0^) v

    for J = 1; J = -1 gives the same by symmetry. d/dt^ <g> = -<tau g'>, <tau g>: <(1 - 2 tau^2)
    g'>.
    """
    width = math.sqrt(max(q0_hat, 1e-100))
    z, weight = reference_nodes(q0_hat, step)
    variance = q_hat - (t_hat / width) ** 2
    p = q = t = entropy = spread = 0.0
    by_q, by_t, by_p = np.zeros(3), np.zeros(3), np.zeros(3)  # of p, q and t
    for i in range(len(z)):
        tau = math.tanh(width * z[i])
        at = site_averages(variance, t_hat * (z[i] / width - 1.0) + p_hat, step)
        share, bent = weight[i] * (1.0 + tau), weight[i] * (1.0 + tau) * tau
        p += share * at.first
        q += share * at.second
        t += bent * at.first
        entropy += share * at.entropy
        spread += share * at.spread
        rises, squares = 1.0 - at.second, -2.0 * at.first_by_variance  # in the mean of A
        by_q[0] += share * at.first_by_variance
        by_q[1] += share * at.second_by_variance
        by_q[2] += bent * at.first_by_variance
        by_t[0] -= bent * rises
        by_t[1] -= bent * squares
        by_t[2] += share * (1.0 - 2.0 * tau * tau) * rises
        by_p[0] += share * rises
        by_p[1] += share * squares
        by_p[2] += bent * rises
    return ReferenceSites(
        p,
        q,
        t,
        entropy,
        spread,
        (by_q[0], by_t[0], by_p[0]),
        (by_q[1], by_t[1], by_p[1]),
        (by_q[2], by_t[2], by_p[2]),
    )


@kernel
def sites_at_overlap(
    p: float, guess: float, t_hat: float, q_hat: float, q0_hat: float, step: float
) -> tuple[float, ReferenceSites]:
    """p^ at which the overlap with the reference is p, and the averages there: Newton on
    ln((1+p)/(1-p)), in a bracket.

    The overlap grows with p^, from -1 to 1; a secant without bracket diverges where q -> 1.
    """
    goal = math.atanh(p)
    low, high, p_hat = -math.inf, math.inf, guess
    found = reference_sites(p_hat, t_hat, q_hat, q0_hat, step)
    for _ in range(MAX_STEPS):
        reached = abs(found.p) < 1.0
        miss = math.atanh(found.p) - goal if reached else math.copysign(math.inf, found.p)
        if abs(found.p - p) < ROUNDING + TOLERANCE * (1.0 - p * p):
            break
        low, high = (p_hat, high) if miss < 0.0 else (low, p_hat)
        slope = (1.0 - found.q) / (1.0 - found.p * found.p) if reached else 0.0
        far = 1.0 + abs(p_hat)
        step_back = miss / slope if slope > 0.0 else math.inf
        if not (abs(step_back) <= far and low < p_hat - step_back < high):
            unbounded = math.isinf(low) or math.isinf(high)
            step_back = math.copysign(far, miss) if unbounded else p_hat - 0.5 * (low + high)
        trial = p_hat - step_back
        if trial == p_hat:
            break
        p_hat = trial
        found = reference_sites(p_hat, t_hat, q_hat, q0_hat, step)
    return p_hat, found


@kernel
def add_fields(
    fits: Array,
    at_zero: Array,
    u: Array,
    room: float,
    of_reference: tuple[float, float, float, float],
    total: Array,
) -> None:
    """Adds to the twelve sums of ``reference_patterns`` what fields u (n,) give at one z, with
    weights of <.> and <.>_0; ``of_reference``: f0, x, sqrt(1-q0) and b.
    """
    f0, x, room0, along = of_reference
    mills, log_h = np.empty(len(u)), np.empty(len(u))
    for j in range(len(u)):
        mills[j], log_h[j] = inverse_mills(u[j]), log_tail(u[j])
    for j in range(len(u)):
        f = mills[j] / room
        first = f * (u[j] / room - f)
        second = first * (u[j] / room - 2.0 * f) - f / room**2
        total[0] += fits[j] * f * f
        total[1] += fits[j] * f * f0
        total[2] += at_zero[j] * f
        total[3] += fits[j] * first * first
        total[4] += fits[j] * log_h[j]
        total[5] += fits[j]
        total[6] += fits[j] * f * f * first
        total[7] += fits[j] * f0 * f * first
        total[8] += at_zero[j] * f * first
        total[9] += fits[j] * f0 * (x / room0 - 2.0 * f0) * first
        total[10] += at_zero[j] * f0 * first
        total[11] += at_zero[j] * (along * second - x * first)


@kernel
def reference_patterns(q: float, t: float, p: float, q0: float, step: float) -> ReferencePatterns:
    """The averages over a pattern that a typical solution J fits, at overlaps q, t, p of w.

        < g > = int Dz int Dw K(z,w) g(omega),  omega = t z/sqrt(q0) + B w,  B^2 = q - t^2/q0
        K = H(-eta)/H(-a0 z),  eta = (a0 z + rho w)/sqrt(1 - rho^2),  a0^2 = q0/(1-q0)
        rho = (p - t)/(sqrt(1-q0) B)

    f = (G/H)(u)/sqrt(1-q) at u = -omega/sqrt(1-q), f0 the same of J at x = -a0 z. With <.>_0 of
    G(eta)/sqrt((1-q0)(1-rho^2)) in place of H(-eta), the density of J's field at 0, where
    omega is b = (p-t)/sqrt(1-q0) times its own noise and more:

        d<g>/dt = -<f0 g'>,   d<g>/dp = <g'>_0,   df0/dt: f0 (x/sqrt(1-q0) - f0)
        d<g'>_0/dp = -<a0 z g' + b g''>_0 / sqrt(1-q0)
    """
    q0 = max(q0, 1e-100)
    room0, room = math.sqrt(1.0 - q0), math.sqrt(1.0 - q)
    along = (p - t) / room0
    # At p = q0 both vanish and rho is void; a narrower B than |along| is none of Gaussian fields.
    apart = max(q - t * t / q0 - along * along, 1e-12 * max(along * along, 1e-20))
    breadth = math.sqrt(along * along + apart)
    rho, left = along / breadth, math.sqrt(apart) / breadth
    a0 = math.sqrt(q0) / room0
    # K steps at w = -a0 z/rho, within left/|rho|; ln H turns at omega = 0, within room/B: nodes
    # gather at the narrower.
    step_width, turn_width = left / max(abs(rho), 1e-100), room / breadth
    scale = min(1.0, step_width, turn_width)
    centre = -a0 / rho if step_width < turn_width else -t / (math.sqrt(q0) * breadth)
    z, weight = gaussian_nodes(0.0, 1.0 / max(1.0, a0), step)
    total = np.zeros(12)
    for i in range(len(z)):
        mean = t * z[i] / math.sqrt(q0)
        x = -a0 * z[i]
        log_fits, f0 = log_tail(x), inverse_mills(x) / room0
        # Where J's pattern has z < 0, w lies just on the fitting side of K's step, however far that
        # is.
        w, inner = gaussian_nodes(centre * z[i] if z[i] < 0.0 else near(centre * z[i]), scale, step)
        fits, at_zero, u = np.empty(len(w)), np.empty(len(w)), np.empty(len(w))
        for j in range(len(w)):
            eta = (rho * w[j] - x) / left
            fits[j] = weight[i] * inner[j] * exp(log_tail(-eta) - log_fits)
            at_zero[j] = weight[i] * inner[j] * exp(-0.5 * eta * eta - log_fits)
            u[j] = -(mean + breadth * w[j]) / room
        add_fields(fits, at_zero, u, room, (f0, x, room0, along), total)
    zero = density(0.0) / (room0 * left)
    return ReferencePatterns(
        total[0],
        total[1],
        total[2] * zero,
        total[3],
        total[4],
        total[5],
        total[3] - 2.0 * total[6],
        -2.0 * total[7],
        2.0 * total[8] * zero,
        total[9],
        total[10] * zero,
        -total[11] * zero / room0,
    )
