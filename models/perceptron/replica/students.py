"""Saddle points of binary students of a binary teacher, in a field along a reference or without.

    phi = extr -q^(1-q)/2 - r r^ + <ln 2cosh A> + 2 alpha int Dz H(.) ln M(u)
    A = sqrt(q^) z + r^ + x B J  with the teacher's sign 1 in front of odd averages

B is the sign of teacher 2 where teacher 1 is 1, P(B=1) = (1+r0)/2; J that of a reference of overlap
R1 with teacher 1. Equations as in ``teacher_student`` (x = 0) and ``continual_binary`` (derived).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.replica.averages import STEP, site_averages, teacher_patterns
from toysim.models.perceptron.replica.saddle import (
    GOING,
    NAN,
    Array,
    advance,
    begin,
    inside,
    judged,
    settled,
)
from toysim.models.perceptron.replica.solver_outputs import ELSEWHERE, FROZEN

SAME = 1e-6  # an overlap closer to 1 is that of the teacher itself


class Student(NamedTuple):
    """Order parameters and observables of a saddle point, NaN where there is none.

    Numbers, or columns (rows,). ``cross_overlap`` v is with the reference, ``overlap_1`` with the
    other teacher.
    """

    overlap: Any
    self_overlap: Any
    cross_overlap: Any
    overlap_1: Any
    free_entropy: Any
    entropy: Any
    q_hat: Any
    r_hat: Any
    residual: Any
    iterations: Any
    stability: Any
    solver_status: Any


class Sites(NamedTuple):
    """Averages over a weight, both relative signs and z; slopes of q and r in q^ and r^."""

    q: float
    r: float
    v: float
    r_first: float
    entropy: float
    spread: float
    q_by_q_hat: float
    r_by_q_hat: float


class Reference(NamedTuple):
    """Field x along a reference, its overlap R1 with teacher 1, and the teachers' overlap r0."""

    x: float
    r_first: float
    r0: float


@borrowing
def sites(q_hat: float, r_hat: float, of: Reference, step: float) -> Sites:
    """Averages at conjugates q^ and r^; the field of (B, J) is that of (-B, -J) reversed.

    So the two signs of BJ are all there is, and without a field they are one. dq/dr^ = -2 dr/dq^,
    dr/dr^ = 1 - q.
    """
    q = r = v = r_first = entropy = spread = q_by_q_hat = r_by_q_hat = 0.0
    at = site_averages(q_hat, r_hat + of.x, step)
    for sign in (1.0, -1.0):
        if sign < 0.0 and of.x != 0.0:
            at = site_averages(q_hat, r_hat - of.x, step)
        plus = 0.25 * (1.0 + of.r0) * (1.0 + sign * of.r_first)  # P(B = 1, J = sign)
        minus = 0.25 * (1.0 - of.r0) * (1.0 - sign * of.r_first)  # P(B = -1, J = -sign)
        share = plus + minus
        q += share * at.second
        r += share * at.first
        v += share * sign * at.first
        r_first += (plus - minus) * at.first
        entropy += share * at.entropy
        spread += share * at.spread
        q_by_q_hat += share * at.second_by_variance
        r_by_q_hat += share * at.first_by_variance
    return Sites(q, r, v, r_first, entropy, spread, q_by_q_hat, r_by_q_hat)


@kernel
def student(alpha: float, temperature: float, of: Reference, start: float, step: float) -> Student:
    """The saddle point reached from overlaps ``start``.

    FROZEN, and NaN, where that is the teacher; ELSEWHERE where it is another configuration.
    """
    inverse = 1.0 / temperature if temperature > 0.0 else math.inf
    wrong = math.exp(-inverse)
    search, status = begin(np.full(2, start)), GOING
    new, slopes = np.empty(2), np.empty((2, 2))
    while status == GOING:
        patterns = teacher_patterns(search.x[0], search.x[1], wrong, step)
        at = sites(alpha * patterns.q_hat, alpha * patterns.r_hat, of, step)
        new[0], new[1] = at.q, at.r
        by_hats = ((at.q_by_q_hat, -2.0 * at.r_by_q_hat), (at.r_by_q_hat, 1.0 - at.q))
        for i in range(2):
            by_q_hat, by_r_hat = by_hats[i]
            slopes[i, 0] = by_q_hat * patterns.q_hat_by_q + by_r_hat * patterns.r_hat_by_q
            slopes[i, 1] = -2.0 * by_q_hat * patterns.r_hat_by_q + by_r_hat * patterns.r_hat_by_r
        slopes *= alpha
        status = settled(search, new) if alpha == 0.0 else advance(search, new, slopes)
    if status == FROZEN and not search.image[1] > 1.0 - SAME:
        status = ELSEWHERE
    evaluations = float(search.counts[0])
    if not math.isfinite(search.x[0]):
        none = (NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN)
        return Student(*none, evaluations, NAN, float(status))
    q, r = search.x
    patterns = teacher_patterns(inside(search.x)[0], r, wrong, step)
    q_hat, r_hat = alpha * patterns.q_hat, alpha * patterns.r_hat
    at = sites(q_hat, r_hat, of, step)
    free_entropy = -0.5 * q_hat * (1.0 - q) - r * r_hat + at.entropy + alpha * patterns.log_mean
    cost = alpha * patterns.errors * inverse if temperature > 0.0 else 0.0
    entropy, stability = free_entropy + cost - of.x * at.v, alpha * patterns.slope * at.spread
    status = judged(status, stability, entropy)
    how = (search.residual[0], evaluations, stability, float(status))
    return Student(r, q, at.v, at.r_first, free_entropy, entropy, q_hat, r_hat, *how)


@kernel
def students(
    alpha: Array, temperature: Array, x: Array, r_first: Array, r0: Array, found: Array
) -> None:
    """The saddle point of every row reached from overlap 0, (rows, fields)."""
    for i in range(len(alpha)):
        of = Reference(x[i], r_first[i], r0[i])
        for k, value in enumerate(student(alpha[i], temperature[i], of, 0.0, STEP)):
            found[i, k] = value


def low_branch(
    alpha: Array,
    temperature: Array | float = 0.0,
    x: Array | float = 0.0,
    r_first: Array | float = 0.0,
    r0: Array | float = 0.0,
) -> Student:
    """The saddle points reached from overlap 0, one a row; every field (rows,)."""
    found = np.empty((len(alpha), len(Student._fields)))
    given: Any = np.broadcast_arrays(alpha, temperature, x, r_first, r0)
    load, t, field, first, task = (np.array(column, float) for column in given)
    students(load, t, field, first, task, found)
    return Student(*found.T)
