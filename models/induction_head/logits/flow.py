"""Gradient flow of the nested logits, integrated with error control; crossings and records by steps that end there."""

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
P_RIGHT, LOSS, SHARE, ATTENTION = range(4)  # what is looked at
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

    crossings (n, 4): times at which p(right) passes 0.1, 0.5, 0.9 and the loss leaves ln L; drift, status.
    """

    state: Any
    looks: Any
    crossings: Any
    drift: Any
    status: Any


@kernel
def log_sum_exp(a: float, b: float, n_b: float, n_0: float) -> float:
    """log(e^a + n_b e^b + n_0)."""
    top = max(a, b, 0.0)
    return top + math.log(math.exp(a - top) + n_b * math.exp(b - top) + n_0 * math.exp(-top))


@kernel
def look(y: Array, task: Task, out: Array) -> None:
    """p(right), loss, p and q at state y:

    p = 1/(1 + m e^-beta1)                    layer 1: attention of a label to the item before it
    q = e^(alpha p)/Z2,  r = 1/Z2             layer 2: to the right label, to each of the N - 1 others,
    Z2 = e^(alpha p) + N - 1 + n_items e^-beta2
    p(right) = e^(xi q)/Z,  Z = e^(xi q) + (N - 1) e^(xi r) + L - N,   loss = -log p(right)
    """
    n = task.n_pairs
    p = 1.0 / (1.0 + task.competitors * math.exp(-y[BETA1]))
    log_q = y[ALPHA] * p - log_sum_exp(y[ALPHA] * p, -y[BETA2], task.n_items, n - 1.0)
    q, r = math.exp(log_q), math.exp(log_q - y[ALPHA] * p)
    out[LOSS] = log_sum_exp(y[XI] * q, y[XI] * r, n - 1.0, task.n_labels - n) - y[XI] * q
    out[P_RIGHT], out[SHARE], out[ATTENTION] = math.exp(-out[LOSS]), p, q


@kernel
def take_slope(y: Array, task: Task, mobility: Array, seen: Array, out: Array) -> None:
    """Right side of the flow, -mobility * gradient of the loss, and the looks at y into ``seen``:

    dL/dq = -xi (1 - p(right)),   dL/dr = (N - 1) xi pi_o,   pi_o = e^(xi r)/Z
    dL/d(alpha p) = q (1 - q) dL/dq - q r dL/dr,   dL/dalpha = p dL/d(alpha p)
    dL/dbeta1 = alpha p (1 - p) dL/d(alpha p),   dL/dbeta2 = u (q dL/dq + r dL/dr),
    u = 1 - q - (N-1) r, the items' share of attention
    dL/dxi = -q (1 - p(right)) + (N - 1) r pi_o
    """
    look(y, task, seen)
    p, q = seen[SHARE], seen[ATTENTION]
    others = task.n_pairs - 1.0
    r = q * math.exp(-y[ALPHA] * p)
    wrong = -math.expm1(-seen[LOSS])
    pi_o = others * math.exp(y[XI] * (r - q) - seen[LOSS])  # of all N - 1 together
    by_q, by_r = -y[XI] * wrong, y[XI] * pi_o
    by_match = q * (1.0 - q) * by_q - q * r * by_r
    out[BETA1] = -mobility[BETA1] * y[ALPHA] * p * (1.0 - p) * by_match
    out[ALPHA] = -mobility[ALPHA] * p * by_match
    items = r * task.n_items * math.exp(-y[BETA2])
    out[BETA2] = -mobility[BETA2] * items * (q * by_q + r * by_r)
    out[XI] = mobility[XI] * (q * wrong - r * pi_o)


@kernel
def take_step(h: float, y: Array, slopes: Array, task: Task, mobility: Array, y_new: Array, seen: Array) -> None:
    """A step of size h from y, given slopes[0]: sets y_new and the looks there."""
    for stage in range(1, STAGES):
        stage_state(y, slopes, stage, h, y_new)
        take_slope(y_new, task, mobility, seen, slopes[stage])


@kernel
def excess(seen: Array, k: int, task: Task) -> float:
    """What changes sign at crossing k: p(right) over 0.1, 0.5, 0.9; the loss below ln L - LEFT."""
    if k == 3:
        return float(math.log(task.n_labels) - LEFT - seen[LOSS])
    return float(seen[P_RIGHT] - (0.1, 0.5, 0.9)[k])


@kernel
def step_to(
    k: int, h: float, below: float, above: float,
    y: Array, slopes: Array, task: Task, mobility: Array, y_new: Array, seen: Array,
) -> float:  # fmt: skip
    """Size in (0, h] of the step at whose end crossing k happens: false position (Illinois) on whole steps.

    ``below`` < 0 and ``above`` >= 0 are the excesses at 0 and h.
    """
    low, high, size, side = 0.0, h, h, 0
    for _ in range(60):
        size = low + (high - low) * below / (below - above)
        take_step(size, y, slopes, task, mobility, y_new, seen)
        value = excess(seen, k, task)
        if abs(value) <= 1e-15 or high - low <= 1e-15 * h:
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
    """mu_alpha (beta1 + e^beta1/m) - mu_b alpha^2/2: constant, as db/dalpha = (mu_b/mu_alpha) alpha (1 - p)."""
    rise = y[BETA1] + math.exp(y[BETA1]) / task.competitors
    return float(mobility[ALPHA] * rise - 0.5 * mobility[BETA1] * y[ALPHA] ** 2)


@kernel
def integrate(y: Array, task: Task, mobility: Array, record_at: Array, duration: float, i: int, out: Outcome) -> None:
    """Row i from y (4,) over ``duration``, overwriting y; ``record_at`` (R,) ascending."""
    y_new, seen, slopes = np.empty(4), np.empty(4), np.empty((STAGES, 4))
    before, after = np.empty(4), np.empty(4)
    take_slope(y, task, mobility, seen, slopes[0])
    for k in range(4):
        before[k] = excess(seen, k, task)
        if before[k] >= 0.0:
            out.crossings[i, k] = 0.0
    start = conserved(y, task, mobility)
    t, next_record, evaluations = 0.0, 0, 0
    while next_record < len(record_at) and record_at[next_record] <= 0.0:
        out.state[i, next_record], out.looks[i, next_record] = y, seen
        next_record += 1
    h = first_step(y, slopes[0]) if np.any(y != 0.0) else 1e-3 / (1.0 + np.max(np.abs(slopes[0])))
    while t < duration:
        evaluations += STAGES - 1
        if evaluations > MAX_EVALUATIONS:
            out.status[i] = 2
            return
        last = h >= duration - t
        h = duration - t if last else h
        take_step(h, y, slopes, task, mobility, y_new, seen)
        error = error_norm(y, y_new, slopes, h, RTOL, ATOL)
        if error > 1.0:
            h = next_step(h, error)
            continue
        t_new = duration if last else t + h
        for k in range(4):
            after[k] = excess(seen, k, task)
        again = False
        for k in range(4):
            if math.isnan(out.crossings[i, k]) and after[k] >= 0.0:
                part = step_to(k, h, before[k], after[k], y, slopes, task, mobility, y_new, seen)
                out.crossings[i, k] = t + part
                again = True
        while next_record < len(record_at) and record_at[next_record] <= t_new:
            take_step(record_at[next_record] - t, y, slopes, task, mobility, y_new, seen)
            out.state[i, next_record], out.looks[i, next_record] = y_new, seen
            next_record += 1
            again = True
        if again:
            take_step(h, y, slopes, task, mobility, y_new, seen)
        y[:], slopes[0], before[:] = y_new, slopes[STAGES - 1], after
        out.drift[i] = max(out.drift[i], abs(conserved(y, task, mobility) - start))
        t, h = t_new, next_step(h, error)


@kernel
def integrate_rows(y: Array, tasks: Task, mobility: Array, record_at: Array, duration: Array, out: Outcome) -> None:
    """``integrate`` for every row: y and mobility (n, 4), record_at (n, R)."""
    for i in range(len(y)):
        task = Task(tasks.n_pairs[i], tasks.n_labels[i], tasks.competitors[i], tasks.n_items[i])
        integrate(y[i], task, mobility[i], record_at[i], duration[i], i, out)
