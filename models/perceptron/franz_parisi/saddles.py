"""Saddle points of the Franz-Parisi potential: overlaps q, t and p with their conjugates.

    q^ = alpha <f^2>,  t^ = alpha <f f0>,  p^ = x + alpha d<ln H>/dp;  q, t, p from the sites

At a given overlap p the conjugate p^ is set by it, at a given field x it follows. The planted
reference takes no second solution into account: q0^ = t^ = 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.franz_parisi.averages import (
    ReferencePatterns,
    reference_patterns,
    reference_sites,
    sites_at_overlap,
)
from toysim.models.perceptron.replica.averages import teacher_patterns
from toysim.models.perceptron.replica.saddle import (
    GOING,
    NAN,
    Array,
    Search,
    advance,
    begin,
    inside,
    judged,
    product,
    settled,
)


class Reference(NamedTuple):
    """Load, whether the reference is planted, and else overlap q0 of typical solutions and q0^."""

    alpha: float
    planted: bool
    q0: float
    q0_hat: float


class Potential(NamedTuple):
    """A point of the potential: Phi, p, x, psi, q, t, diagnostics; NaN where there is no saddle."""

    potential: float
    overlap: float
    coupling: float
    legendre: float
    self_overlap: float
    cross_overlap: float
    q_hat: float
    t_hat: float
    p_hat: float
    residual: float
    iterations: float
    stability: float
    solver_status: float


@borrowing
def patterns(x: Array, of: Reference, step: float) -> ReferencePatterns:
    """Averages over a pattern at overlaps x = (q, t, p)."""
    q, t, p = x
    if not of.planted:
        return reference_patterns(q, t, p, of.q0, step)
    a = teacher_patterns(q, p, 0.0, step)
    slopes = (a.q_hat_by_q, 0.0, -2.0 * a.r_hat_by_q, 0.0, 0.0, a.r_hat_by_r)
    return ReferencePatterns(a.q_hat, 0.0, a.r_hat, a.slope, a.log_mean, 1.0, *slopes)


@kernel
def hessian(alpha: float, a: ReferencePatterns) -> Array:
    """Slopes of q^, t^ and p^ (rows) in q, t and p at a load."""
    return alpha * np.array(
        (
            (a.q_hat_by_q, a.q_hat_by_t, a.q_hat_by_p),
            (0.5 * a.q_hat_by_t, a.t_hat_by_t, a.t_hat_by_p),
            (-0.5 * a.q_hat_by_p, -a.t_hat_by_p, a.by_p_by_p),
        )
    )


@kernel
def at_field(x: float, of: Reference, step: float) -> tuple[Potential, float]:
    """The saddle point that p = q0 leads to in a field x, and the overlap where that ended."""
    search, status = begin(np.full(3, of.q0)), GOING
    new = np.empty(3)
    while status == GOING:
        a = patterns(search.x, of, step)
        p_hat = x + of.alpha * a.by_p
        at = reference_sites(p_hat, of.alpha * a.t_hat, of.alpha * a.q_hat, of.q0_hat, step)
        new[0], new[1], new[2] = at.q, at.t, at.p
        by_hats = np.array((at.q_by, at.t_by, at.p_by))
        slopes = product(by_hats, hessian(of.alpha, a))
        status = settled(search, new) if of.alpha == 0.0 else advance(search, new, slopes)
    a = patterns(inside(search.x), of, step)
    return point(search.x, x + of.alpha * a.by_p, of, search, status, step), search.image[2]


@kernel
def at_overlap(p: float, start: Array, of: Reference, step: float) -> Potential:
    """The saddle point at overlap p that ``start``, (2,) of q and t, leads to.

    With p held, p^ follows q^ and t^: dp^ = -(dp/dq^ dq^ + dp/dt^ dt^)/(dp/dp^).
    """
    search, status = begin(start), GOING
    p_hat, new, at_p = math.atanh(max(p, -1.0 + 1e-15)), np.empty(2), np.full(3, p)
    while status == GOING:
        at_p[:2] = search.x
        a = patterns(at_p, of, step)
        q_hat, t_hat = of.alpha * a.q_hat, of.alpha * a.t_hat
        p_hat, at = sites_at_overlap(p, p_hat, t_hat, q_hat, of.q0_hat, step)
        new[0], new[1] = at.q, at.t
        follows = np.array((-at.p_by[0] / at.p_by[2], -at.p_by[1] / at.p_by[2]))
        by_hats = np.empty((2, 2))
        for k in range(2):
            by_hats[0, k] = at.q_by[k] + at.q_by[2] * follows[k]
            by_hats[1, k] = at.t_by[k] + at.t_by[2] * follows[k]
        by_overlaps = hessian(of.alpha, a)[:2, :2].copy()
        slopes = product(by_hats, by_overlaps)
        status = settled(search, new) if of.alpha == 0.0 else advance(search, new, slopes)
        for k in range(2):
            for m in range(2):
                ahead = follows[k] * by_overlaps[k, m] * (search.x[m] - at_p[m])
                p_hat += ahead if math.isfinite(ahead) else 0.0
    at_p[:2] = search.x
    a = patterns(inside(at_p), of, step)
    q_hat, t_hat = of.alpha * a.q_hat, of.alpha * a.t_hat
    p_hat, _ = sites_at_overlap(p, p_hat, t_hat, q_hat, of.q0_hat, step)
    return point(at_p, p_hat, of, search, status, step)


@kernel
def point(
    x: Array, p_hat: float, of: Reference, search: Search, status: int, step: float
) -> Potential:
    """What follows from overlaps x = (q, t, p) and p^ at the end of a search."""
    q, t, p = x
    evaluations = float(search.counts[0])
    if not math.isfinite(q):
        none = (NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN)
        return Potential(NAN, p, *none, evaluations, NAN, float(status))
    a = patterns(inside(x), of, step)
    q_hat, t_hat = of.alpha * a.q_hat, of.alpha * a.t_hat
    at = reference_sites(p_hat, t_hat, q_hat, of.q0_hat, step)
    potential = -0.5 * q_hat * (1.0 - q) - p * p_hat + t * t_hat + at.entropy
    potential += of.alpha * a.log_mean
    field, stability = p_hat - of.alpha * a.by_p, of.alpha * a.slope * at.spread
    status = judged(status, stability, potential)
    how = (search.residual[0], evaluations, stability, float(status))
    t, t_hat = (NAN, NAN) if of.planted else (t, t_hat)
    return Potential(potential, p, field, potential + field * p, q, t, q_hat, t_hat, p_hat, *how)
