"""Gradient flow of the nested logits, integrated with error control, many rows side by side.

Arrays have their rows last: each inner loop runs over rows, and the compiler does eight of them at
once. Every row has its own step size, and a selection keeps what it had where its step is refused
or its time is over, so that it has the same bits alone and among others. The equations are derived
from the loss of three logits (after arXiv:2312.03002, a reconstruction) and of four.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import literal_unroll

from toysim.jit import borrowing, kernel
from toysim.models.induction_head.logits.problem import Problem
from toysim.models.induction_head.logits.side_by_side import STAGE_WEIGHTS, stage_states
from toysim.numerics.elementary import exp, expm1
from toysim.numerics.ode import STAGES

Array = npt.NDArray[np.float64]

BETA1, ALPHA, BETA2, XI = range(4)  # the state y
P, NOT_P, Q, R, ITEMS, EXCESS, RIGHT = range(7)  # what is seen of it


class Step(NamedTuple):
    """A step of n rows from y (4, n) to y_new (4, n), with its slopes (STAGES, 4, n), the first of
    them at y; seen (7, n) at y_new.
    """

    problem: Problem
    y: Array
    slopes: Array
    y_new: Array
    seen: Array


@borrowing
def take_slopes(y: Array, problem: Problem, seen: Array, out: Array) -> None:
    """Right side of the flow at y (4, n) into ``out`` (4, n): -mobility * gradient.

    p of layer 1; of layer 2 q on the right label, r on each of the N - 1 others, and the items'
    share; probability of the right label, of the other labels shown together, and of those not
    shown:

        p = 1/(1 + m e^-beta1)
        q = e^(alpha p)/Z2,  r = 1/Z2,  Z2 = e^(alpha p) + N - 1 + n_items e^-beta2
        e^(xi q)/Z,  (N - 1) e^(xi r)/Z,  (L - N)/Z,  Z = e^(xi q) + (N - 1) e^(xi r) + L - N

        dL/dxi = -(q - r) p(other) - q p(absent),   wrong = p(other) + p(absent)
        dL/d(alpha p) = -xi q ((1 - q) wrong + r p(other)),   dL/dalpha = p dL/d(alpha p)
        dL/dbeta1 = alpha p (1 - p) dL/d(alpha p),   dL/dbeta2 = items xi dL/dxi

    Both softmaxes are computed relative to the largest, differences as what they are: q - r by
    expm1, 1 - q, 1 - p and 1 - p(right) as what the others sum to. Into ``seen`` (7, n): p, 1 - p,
    q, r, the items' share, q - r, p(right). Three loops, since in one the numbers wait for each
    other (measured: 6 and 11 ns a row).
    """
    mobility, n_rows = problem.mobility, y.shape[1]
    for i in range(n_rows):
        against = problem.competitors[i] * exp(-y[BETA1, i])
        seen[P, i], seen[NOT_P, i] = 1.0 / (1.0 + against), 1.0 / (1.0 + 1.0 / against)
    for i in range(n_rows):
        match = y[ALPHA, i] * seen[P, i]
        top = max(match, max(0.0, -y[BETA2, i]))
        q, r = exp(match - top), exp(-top)
        items = problem.n_items[i] * exp(-y[BETA2, i] - top)
        per_norm = 1.0 / (q + (problem.n_pairs[i] - 1.0) * r + items)
        seen[Q, i], seen[R, i], seen[ITEMS, i] = q * per_norm, r * per_norm, items * per_norm
        seen[EXCESS, i] = -math.copysign(max(q, r), match) * expm1(-abs(match)) * per_norm
    for i in range(n_rows):
        alpha, xi, p, q, r = y[ALPHA, i], y[XI, i], seen[P, i], seen[Q, i], seen[R, i]
        top = max(xi * q, max(0.0, xi * r))
        right, other = exp(xi * q - top), (problem.n_pairs[i] - 1.0) * exp(xi * r - top)
        absent = (problem.n_labels[i] - problem.n_pairs[i]) * exp(-top)
        per_norm = 1.0 / (right + other + absent)
        other, absent = other * per_norm, absent * per_norm
        not_right = (problem.n_pairs[i] - 1.0) * r + seen[ITEMS, i]
        by_match = xi * q * (not_right * (other + absent) + r * other)
        by_xi = seen[EXCESS, i] * other + q * absent
        out[BETA1, i] = mobility[BETA1, i] * alpha * p * seen[NOT_P, i] * by_match
        out[ALPHA, i] = mobility[ALPHA, i] * p * by_match
        out[BETA2, i] = mobility[BETA2, i] * seen[ITEMS, i] * xi * by_xi
        out[XI, i] = mobility[XI, i] * by_xi
        seen[RIGHT, i] = right * per_norm


@kernel
def step_from(y: Array, problem: Problem) -> Step:
    """Room for steps from y (4, n), their first slopes taken."""
    step = Step(problem, y, np.empty((STAGES, *y.shape)), y.copy(), np.empty((7, y.shape[1])))
    take_slopes(y, problem, step.seen, step.slopes[0])
    return step


@borrowing
def take_step(step: Step, h: Array) -> None:
    """Steps of sizes h (n,)."""
    problem, y, slopes, y_new, seen = step  # once: taking arrays out of a tuple counts references
    for weights in literal_unroll(STAGE_WEIGHTS):
        stage_states(y, slopes, weights, h, y_new)
        take_slopes(y_new, problem, seen, slopes[len(weights)])


@borrowing
def conserve(y: Array, problem: Problem, value: Array, size: Array) -> None:
    """mu_alpha (beta1 + e^beta1/m) - mu_b alpha^2/2 of y (4, n) into ``value`` (n,), constant, as
    dbeta1/dalpha = (mu_b/mu_alpha) alpha (1 - p).

    Into ``size`` (n,) what its digits are of: mu_alpha (1 + |beta1| + e^beta1/m) + mu_b alpha^2/2.
    """
    for i in range(y.shape[1]):
        odds, mobility = exp(y[BETA1, i]) / problem.competitors[i], problem.mobility[ALPHA, i]
        half_square = 0.5 * problem.mobility[BETA1, i] * y[ALPHA, i] * y[ALPHA, i]
        value[i] = mobility * (y[BETA1, i] + odds) - half_square
        size[i] = mobility * (1.0 + abs(y[BETA1, i]) + odds) + half_square
