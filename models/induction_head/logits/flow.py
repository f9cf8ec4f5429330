"""Gradient flow of the nested logits, integrated with error control; crossings and records by steps
that end there.

The equations are derived from the loss of three logits (after arXiv:2312.03002, a reconstruction)
and of four. A row's numbers are in a ``Problem``, its state is y = (beta1, alpha, beta2, xi).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.induction_head.logits.problem import Problem
from toysim.numerics.ode import STAGES, error_norm, first_step, next_step, stage_state

Array = npt.NDArray[np.float64]

RTOL, ATOL = 1e-10, 1e-12  # local error a step
MAX_EVALUATIONS = 10**7
BETA1, ALPHA, BETA2, XI = range(4)  # the state y


class Step(NamedTuple):
    """A step from y (4,) to y_new (4,) with its slopes (STAGES, 4), the first of them at y."""

    y: Array
    slopes: Array
    y_new: Array


class Stops(NamedTuple):
    """Where steps end: levels of p(right) (4,), record times (R,) ascending, duration.

    Of all rows each has one axis more in front.
    """

    levels: Array
    record_at: Array
    duration: Any


class Outcome(NamedTuple):
    """What the flow writes, for n rows.

    state (n, R, 4); looks (n, R, 4): p(right), loss, p of layer 1, q of layer 2; crossings (n, 4):
    times at which p(right) first passes its levels; drift (n,) of the conserved quantity; exhausted
    (n,): the row was given up after MAX_EVALUATIONS.
    """

    state: Array
    looks: Array
    crossings: Array
    drift: Array
    exhausted: npt.NDArray[np.bool_]


@kernel
def softmax(first: float, second: float, third: float) -> tuple[float, float, float]:
    """e^first, e^second, e^third, all over the largest of them."""
    top = max(first, second, third)
    return math.exp(first - top), math.exp(second - top), math.exp(third - top)


@kernel
def attention(y: Array, problem: Problem) -> tuple[float, float, float, float]:
    """p of layer 1; of layer 2 q on the right label, r on each of the N - 1 others, and the items'
    share:

        p = 1/(1 + m e^-beta1)
        q = e^(alpha p)/Z2,  r = 1/Z2,  Z2 = e^(alpha p) + N - 1 + n_items e^-beta2
    """
    p = 1.0 / (1.0 + problem.competitors * math.exp(-y[BETA1]))
    on_right, on_other, on_item = softmax(
        y[ALPHA] * p, 0.0, -y[BETA2] if problem.n_items > 0.0 else 0.0
    )
    norm = on_right + (problem.n_pairs - 1.0) * on_other + problem.n_items * on_item
    return p, on_right / norm, on_other / norm, problem.n_items * on_item / norm


@kernel
def answer(xi: float, q: float, r: float, problem: Problem) -> tuple[float, float, float]:
    """Probability of the right label, of the other labels shown, of those not shown; each to full
    precision:

        e^(xi q)/Z,  (N - 1) e^(xi r)/Z,  (L - N)/Z,   Z = e^(xi q) + (N - 1) e^(xi r) + L - N
    """
    right, other, absent = softmax(xi * q, xi * r, 0.0)
    other *= problem.n_pairs - 1.0
    absent *= problem.n_labels - problem.n_pairs
    norm = right + other + absent
    return right / norm, other / norm, absent / norm


@kernel
def loss_of(xi: float, q: float, r: float, problem: Problem) -> float:
    """-log p(right), also where p(right) underflows."""
    top = max(xi * q, xi * r, 0.0)
    right, other, absent = softmax(xi * q, xi * r, 0.0)
    norm = right + (problem.n_pairs - 1.0) * other + (problem.n_labels - problem.n_pairs) * absent
    return top + math.log(norm) - xi * q


@kernel
def take_slope(y: Array, problem: Problem, out: Array) -> float:
    """Right side of the flow at y into ``out`` (4,): -mobility * gradient; returns p(right).

        dL/dq = -xi (1 - p(right)),   dL/dr = xi p(other)
        dL/d(alpha p) = q (1 - q) dL/dq - q r dL/dr,   dL/dalpha = p dL/d(alpha p)
        dL/dbeta1 = alpha p (1 - p) dL/d(alpha p),   dL/dbeta2 = items (q dL/dq + r dL/dr)
        dL/dxi = -q (1 - p(right)) + r p(other)

    p(other) is that of the N - 1 other labels shown together.
    """
    p, q, r, items = attention(y, problem)
    right, other, absent = answer(y[XI], q, r, problem)
    mobility = problem.mobility
    grad_q, grad_r = -y[XI] * (other + absent), y[XI] * other
    grad_match = q * (1.0 - q) * grad_q - q * r * grad_r
    out[BETA1] = -mobility[BETA1] * y[ALPHA] * p * (1.0 - p) * grad_match
    out[ALPHA] = -mobility[ALPHA] * p * grad_match
    out[BETA2] = -mobility[BETA2] * items * (q * grad_q + r * grad_r)
    out[XI] = mobility[XI] * (q * (other + absent) - r * other)
    return right


@kernel
def take_step(h: float, step: Step, problem: Problem) -> float:
    """A step of size h, given its first slope; returns p(right) at its end."""
    p_right = 0.0
    for stage in range(1, STAGES):
        stage_state(step.y, step.slopes, stage, h, step.y_new)
        p_right = take_slope(step.y_new, problem, step.slopes[stage])
    return p_right


@kernel
def step_to(
    level: float, h: float, before: float, after: float, trial: Step, problem: Problem
) -> float:
    """Size in (0, h] of the step at whose end p(right) is ``level``: false position (Illinois) on
    whole steps.

    ``before`` < level <= ``after`` are p(right) at 0 and h.
    """
    low, high, size, side = 0.0, h, h, 0
    below, above = before - level, after - level
    for _ in range(60):
        size = low + (high - low) * below / (below - above)
        value = take_step(size, trial, problem) - level
        if abs(value) <= 1e-14 or high - low <= 1e-14 * h:
            break
        if value < 0.0:
            low, below = size, value
            above *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            high, above = size, value
            below *= 0.5 if side == -1 else 1.0
            side = -1
    return size


@kernel
def conserved(y: Array, problem: Problem) -> float:
    """mu_alpha (beta1 + e^beta1/m) - mu_b alpha^2/2.

    Constant, as dbeta1/dalpha = (mu_b/mu_alpha) alpha (1 - p).
    """
    rise = y[BETA1] + math.exp(y[BETA1]) / problem.competitors
    half_square = 0.5 * problem.mobility[BETA1] * y[ALPHA] ** 2
    return float(problem.mobility[ALPHA] * rise - half_square)


@kernel
def record(y: Array, problem: Problem, i: int, k: int, out: Outcome) -> None:
    """State and looks at record k of row i."""
    p, q, r, _ = attention(y, problem)
    out.state[i, k] = y
    out.looks[i, k] = answer(y[XI], q, r, problem)[0], loss_of(y[XI], q, r, problem), p, q


@kernel
def record_until(
    end: float, t: float, k: int, trial: Step, problem: Problem, stops: Stops, i: int, out: Outcome
) -> int:
    """Records from k on that lie in a step from t to ``end``; returns the next one after it."""
    while k < len(stops.record_at) and stops.record_at[k] <= end:
        take_step(stops.record_at[k] - t, trial, problem)
        record(trial.y_new, problem, i, k, out)
        k += 1
    return k


@kernel
def integrate(y: Array, problem: Problem, stops: Stops, i: int, out: Outcome) -> None:
    """Row i from y (4,), overwriting it.

    Steps to crossings and records within a step are tried beside it and leave it as it was.
    """
    step = Step(y, np.empty((STAGES, 4)), np.empty(4))
    trial = Step(y, np.empty((STAGES, 4)), np.empty(4))
    before = take_slope(y, problem, step.slopes[0])
    trial.slopes[0] = step.slopes[0]
    out.crossings[i] = np.where(before >= stops.levels, 0.0, math.nan)
    next_record = record_until(0.0, 0.0, 0, trial, problem, stops, i, out)
    start, evaluations, t = conserved(y, problem), 0, 0.0
    h = first_step(y, step.slopes[0]) if np.any(y != 0.0) else origin_step(step.slopes[0])
    while t < stops.duration:
        evaluations += STAGES - 1
        if evaluations > MAX_EVALUATIONS:
            out.exhausted[i] = True
            return
        last = h >= stops.duration - t
        h = stops.duration - t if last else h
        after = take_step(h, step, problem)
        error = error_norm(y, step.y_new, step.slopes, h, RTOL, ATOL)
        if error > 1.0:
            h = next_step(h, error)
            continue
        t_new = stops.duration if last else t + h
        trial.slopes[0] = step.slopes[0]
        for k in range(len(stops.levels)):
            if math.isnan(out.crossings[i, k]) and after >= stops.levels[k]:
                out.crossings[i, k] = t + step_to(stops.levels[k], h, before, after, trial, problem)
        next_record = record_until(t_new, t, next_record, trial, problem, stops, i, out)
        y[:], step.slopes[0], before = step.y_new, step.slopes[STAGES - 1], after
        out.drift[i] = max(out.drift[i], abs(conserved(y, problem) - start))
        t, h = t_new, next_step(h, error)


@kernel
def origin_step(slope: Array) -> float:
    """First step size where the state is 0 and gives no scale: by the slope (4,) alone."""
    return float(1e-3 / (1.0 + np.max(np.abs(slope))))


@kernel
def integrate_rows(y: Array, problems: Problem, stops: Stops, out: Outcome) -> None:
    """``integrate`` for every row: y (n, 4)."""
    for i in range(len(y)):
        problem = Problem(
            problems.n_pairs[i],
            problems.n_labels[i],
            problems.competitors[i],
            problems.n_items[i],
            problems.mobility[i],
        )
        stop = Stops(stops.levels[i], stops.record_at[i], stops.duration[i])
        integrate(y[i], problem, stop, i, out)
