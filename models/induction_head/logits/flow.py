"""Gradient flow of the nested logits, integrated with error control; crossings and records by steps
that end there.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.ode import STAGES, error_norm, first_step, next_step, stage_state

Array = npt.NDArray[np.float64]

RTOL, ATOL = 1e-10, 1e-12  # local error a step
MAX_EVALUATIONS = 10**7
BETA1, ALPHA, BETA2, XI = range(4)  # the state y
P_RIGHT, LOSS, SHARE, ATTENTION = range(4)  # the looks at it: p(right), loss, p, q
LEFT = 0.05  # the loss has left ln L once it is this much below


class Task(NamedTuple):
    """Numbers of a row; arrays (n,) for all rows.

    n_pairs N, n_labels L, competitors m, n_items: tokens without a label that compete in layer 2
    (0 with three logits, N + 1 with four).
    """

    n_pairs: Any
    n_labels: Any
    competitors: Any
    n_items: Any


class Outcome(NamedTuple):
    """What the flow writes: courses (n, R, 4) of state and looks, the rest (n, ...).

    crossings (n, 4): times at which p(right) passes 0.1, 0.5, 0.9 and the loss leaves ln L; drift,
    status.
    """

    state: Any
    looks: Any
    crossings: Any
    drift: Any
    status: Any


@kernel
def softmax(first: float, second: float, third: float) -> tuple[float, float, float]:
    """e^first, e^second, e^third, all over the largest of them."""
    top = max(first, second, third)
    return math.exp(first - top), math.exp(second - top), math.exp(third - top)


@kernel
def attention(y: Array, task: Task) -> tuple[float, float, float, float]:
    """p of layer 1; of layer 2 q on the right label, r on each of the N - 1 others, and the items'
    share:

    p = 1/(1 + m e^-beta1),   q = e^(alpha p)/Z2,  r = 1/Z2,  Z2 = e^(alpha p) + N - 1 + n_items
                              e^-beta2
    """
    p = 1.0 / (1.0 + task.competitors * math.exp(-y[BETA1]))
    on_right, on_other, on_item = softmax(
        y[ALPHA] * p, 0.0, -y[BETA2] if task.n_items > 0.0 else 0.0
    )
    norm = on_right + (task.n_pairs - 1.0) * on_other + task.n_items * on_item
    return p, on_right / norm, on_other / norm, task.n_items * on_item / norm


@kernel
def answer(xi: float, q: float, r: float, task: Task) -> tuple[float, float, float]:
    """Probability of the right label, of the other labels shown, of those not shown; each to full
    precision:

    e^(xi q)/Z,  (N - 1) e^(xi r)/Z,  (L - N)/Z,   Z = e^(xi q) + (N - 1) e^(xi r) + L - N
    """
    right, other, absent = softmax(xi * q, xi * r, 0.0)
    other *= task.n_pairs - 1.0
    absent *= task.n_labels - task.n_pairs
    norm = right + other + absent
    return right / norm, other / norm, absent / norm


@kernel
def loss_of(xi: float, q: float, r: float, task: Task) -> float:
    """-log p(right), also where p(right) underflows."""
    top = max(xi * q, xi * r, 0.0)
    right, other, absent = softmax(xi * q, xi * r, 0.0)
    norm = right + (task.n_pairs - 1.0) * other + (task.n_labels - task.n_pairs) * absent
    return top + math.log(norm) - xi * q


@kernel
def take_slope(y: Array, task: Task, mobility: Array, out: Array) -> float:
    """Right side of the flow at y, -mobility * gradient of the loss; returns p(right):

    dL/dq = -xi (1 - p(right)),   dL/dr = xi p(other)
    dL/d(alpha p) = q (1 - q) dL/dq - q r dL/dr,   dL/dalpha = p dL/d(alpha p)
    dL/dbeta1 = alpha p (1 - p) dL/d(alpha p),   dL/dbeta2 = items (q dL/dq + r dL/dr)
    dL/dxi = -q (1 - p(right)) + r p(other)
    """
    p, q, r, items = attention(y, task)
    right, other, absent = answer(y[XI], q, r, task)
    by_q, by_r = -y[XI] * (other + absent), y[XI] * other
    by_match = q * (1.0 - q) * by_q - q * r * by_r
    out[BETA1] = -mobility[BETA1] * y[ALPHA] * p * (1.0 - p) * by_match
    out[ALPHA] = -mobility[ALPHA] * p * by_match
    out[BETA2] = -mobility[BETA2] * items * (q * by_q + r * by_r)
    out[XI] = mobility[XI] * (q * (other + absent) - r * other)
    return right


@kernel
def take_step(
    h: float, y: Array, slopes: Array, task: Task, mobility: Array, y_new: Array
) -> float:
    """A step of size h from y, given slopes[0]: sets y_new, returns p(right) there."""
    p_right = 0.0
    for stage in range(1, STAGES):
        stage_state(y, slopes, stage, h, y_new)
        p_right = take_slope(y_new, task, mobility, slopes[stage])
    return p_right


@kernel
def step_to(
    level: float,
    h: float,
    before: float,
    after: float,
    y: Array,
    slopes: Array,
    task: Task,
    mobility: Array,
    y_new: Array,
) -> float:
    """Size in (0, h] of the step at whose end p(right) is ``level``: false position (Illinois) on
    whole steps.

    ``before`` < level <= ``after`` are p(right) at 0 and h.
    """
    low, high, size, side = 0.0, h, h, 0
    below, above = before - level, after - level
    for _ in range(60):
        size = low + (high - low) * below / (below - above)
        value = take_step(size, y, slopes, task, mobility, y_new) - level
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
def conserved(y: Array, task: Task, mobility: Array) -> float:
    """mu_alpha (beta1 + e^beta1/m) - mu_b alpha^2/2: constant, as db/dalpha = (mu_b/mu_alpha) alpha
    (1 - p).
    """
    rise = y[BETA1] + math.exp(y[BETA1]) / task.competitors
    return float(mobility[ALPHA] * rise - 0.5 * mobility[BETA1] * y[ALPHA] ** 2)


@kernel
def record(y: Array, task: Task, i: int, k: int, out: Outcome) -> None:
    """State and looks at record k of row i."""
    p, q, r, _ = attention(y, task)
    out.state[i, k] = y
    out.looks[i, k] = answer(y[XI], q, r, task)[0], loss_of(y[XI], q, r, task), p, q


@kernel
def integrate(
    y: Array, task: Task, mobility: Array, record_at: Array, duration: float, i: int, out: Outcome
) -> None:
    """Row i from y (4,) over ``duration``, overwriting y; ``record_at`` (R,) ascending."""
    y_new, slopes = np.empty(4), np.empty((STAGES, 4))
    levels = np.array(
        [0.1, 0.5, 0.9, math.exp(LEFT) / task.n_labels]
    )  # the last: the loss has left ln L
    before = take_slope(y, task, mobility, slopes[0])
    out.crossings[i] = np.where(before >= levels, 0.0, math.nan)
    start = conserved(y, task, mobility)
    t, next_record, evaluations = 0.0, 0, 0
    while next_record < len(record_at) and record_at[next_record] <= 0.0:
        record(y, task, i, next_record, out)
        next_record += 1
    h = first_step(y, slopes[0]) if np.any(y != 0.0) else 1e-3 / (1.0 + np.max(np.abs(slopes[0])))
    while t < duration:
        evaluations += STAGES - 1
        if evaluations > MAX_EVALUATIONS:
            out.status[i] = 2
            return
        last = h >= duration - t
        h = duration - t if last else h
        after = take_step(h, y, slopes, task, mobility, y_new)
        error = error_norm(y, y_new, slopes, h, RTOL, ATOL)
        if error > 1.0:
            h = next_step(h, error)
            continue
        t_new = duration if last else t + h
        again = False  # y_new and the slopes are in use below
        for k in range(len(levels)):
            if math.isnan(out.crossings[i, k]) and after >= levels[k]:
                out.crossings[i, k] = t + step_to(
                    levels[k], h, before, after, y, slopes, task, mobility, y_new
                )
                again = True
        while next_record < len(record_at) and record_at[next_record] <= t_new:
            take_step(record_at[next_record] - t, y, slopes, task, mobility, y_new)
            record(y_new, task, i, next_record, out)
            next_record += 1
            again = True
        if again:
            take_step(h, y, slopes, task, mobility, y_new)
        y[:], slopes[0], before = y_new, slopes[STAGES - 1], after
        out.drift[i] = max(out.drift[i], abs(conserved(y, task, mobility) - start))
        t, h = t_new, next_step(h, error)


@kernel
def integrate_rows(
    y: Array, tasks: Task, mobility: Array, record_at: Array, duration: Array, out: Outcome
) -> None:
    """``integrate`` for every row: y and mobility (n, 4), record_at (n, R)."""
    for i in range(len(y)):
        task = Task(tasks.n_pairs[i], tasks.n_labels[i], tasks.competitors[i], tasks.n_items[i])
        integrate(y[i], task, mobility[i], record_at[i], duration[i], i, out)
