"""The flow without beta1, whose invariant leaves three numbers y = (alpha, beta2, xi), by another
method than the simulation's: Gragg's midpoint steps, extrapolated (Bulirsch and Stoer 1966).

Derived from the loss of three logits (after arXiv:2312.03002, a reconstruction) and of four.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

RTOL, ATOL = 1e-10, 1e-12
COLUMNS = 6  # midpoint steps of 2, 4, ..., 12 parts
ORDER = 2 * COLUMNS - 1  # that of the error
EVALUATIONS = COLUMNS * COLUMNS + 1  # a step
MAX_EVALUATIONS = 10**7


class Reduced(NamedTuple):
    """Numbers of a row, or arrays (n,) of all: N, L, items without a label; log m; rho =
    mu_b/mu_alpha; z = C - log m with C of ``closed_forms.invariant``; mobilities of y.
    """

    n_pairs: Any
    n_labels: Any
    n_items: Any
    log_m: Any
    rho: Any
    z: Any
    mu_alpha: Any
    mu_2: Any
    mu_xi: Any


@kernel
def log_omega(z: float) -> float:
    """u with u + e^u = z, log of the Wright omega function, by Halley's method: a change of 1e-5 is
    the last but one.
    """
    u = z if z < 0.0 else math.log(1.0 + z)
    change = 1.0
    while abs(change) > 1e-5:
        odds = math.exp(u)
        excess, slope = u + odds - z, 1.0 + odds
        change = excess / (slope - 0.5 * excess * odds / slope)
        u -= change
    return u


@kernel
def scores(alpha: float, beta2: float, row: Reduced) -> tuple[float, float, float, float]:
    """beta1 on the flow line, p; q on the right label and r on each other one:

    b = log m + log omega(z + rho alpha^2/2),   p = 1/(1 + m e^-b)
    (q, r) ~ e^(alpha p + beta2), e^beta2       n_items ~ 1
    """
    log_odds = log_omega(row.z + 0.5 * row.rho * alpha * alpha)
    p = 1.0 / (1.0 + math.exp(-log_odds))
    right, other = alpha * p + beta2, beta2
    top = max(right, other, 0.0)
    right, other = math.exp(right - top), math.exp(other - top)
    norm = right + (row.n_pairs - 1.0) * other + row.n_items * math.exp(-top)
    return row.log_m + log_odds, p, right / norm, other / norm


@kernel
def answer(xi: float, q: float, r: float, row: Reduced) -> tuple[float, float]:
    """log p(right), and probability of each other label shown, from logits z = xi (q, r, 0)."""
    top = max(xi * q, xi * r, 0.0)
    others = (row.n_pairs - 1.0) * math.exp(xi * r - top)
    absent = (row.n_labels - row.n_pairs) * math.exp(-top)
    log_norm = top + math.log(math.exp(xi * q - top) + others + absent)
    return xi * q - log_norm, math.exp(xi * r - log_norm)


@kernel
def take_slope(y: Array, row: Reduced, out: Array) -> None:
    """-mobility * gradient (3,): the chain rule from the logits back through both softmaxes."""
    _, p, q, r = scores(y[0], y[1], row)
    log_right, on_other = answer(y[2], q, r, row)
    on_right, on_other = -math.expm1(log_right), -on_other  # -dloss/dz
    n = row.n_pairs - 1.0
    mean = q * on_right + n * r * on_other
    by_right_score = y[2] * q * (on_right - mean)
    by_label_score = by_right_score + y[2] * n * r * (on_other - mean)
    out[0] = row.mu_alpha * p * by_right_score
    out[1] = row.mu_2 * by_label_score
    out[2] = row.mu_xi * mean


@kernel
def midpoint(y: Array, row: Reduced, h: float, parts: int, work: Array, out: Array) -> None:
    """Gragg's step from y (3,) in an even number of parts; its error is a series in 1/parts^2:

        z_1 = y + s f(y),  z_(k+1) = z_(k-1) + 2 s f(z_k),  s = h/parts

    work (4, 3), of which the first is f(y).
    """
    first, before, now, slope = work
    s = h / parts
    for i in range(3):
        before[i], now[i] = y[i], y[i] + s * first[i]
    for _ in range(1, parts):
        take_slope(now, row, slope)
        for i in range(3):
            before[i], now[i] = now[i], before[i] + 2.0 * s * slope[i]
    out[:] = now


@kernel
def take_step(y: Array, row: Reduced, h: float, table: Array, work: Array) -> float:
    """A step of size h: its end into the last of ``table`` (COLUMNS, 3); returns its error in units
    of the tolerance, inf where it is not finite.

    Neville's extrapolation to parts -> infinity; the error is the last column's change.
    """
    error = 0.0
    take_slope(y, row, work[0])
    for k in range(COLUMNS):
        midpoint(y, row, h, 2 * k + 2, work, table[k])
    for column in range(1, COLUMNS):
        for k in range(COLUMNS - 1, column - 1, -1):
            ratio = (k + 1.0) / (k + 1.0 - column)
            for i in range(3):
                change = (table[k, i] - table[k - 1, i]) / (ratio * ratio - 1.0)
                table[k, i] += change
                if column == COLUMNS - 1:
                    error = max(error, abs(change) / (ATOL + RTOL * abs(table[k, i])))
                    error = error if math.isfinite(change) else math.inf
    return error


@kernel
def p_right(y: Array, row: Reduced) -> float:
    """Probability of the right label at y (3,)."""
    _, _, q, r = scores(y[0], y[1], row)
    return math.exp(answer(y[2], q, r, row)[0])


@kernel
def time_to(
    level: float, y: Array, row: Reduced, h: float, before: float, after: float, work: Array
) -> float:
    """Size in (0, h] of the step from y to p(right) = level, ``before`` < level <= ``after`` it has
    at 0 and h: false position (Illinois); work (COLUMNS + 4, 3).
    """
    low, high, size, side = 0.0, h, h, 0
    below, above = before - level, after - level
    for _ in range(60):
        size = low + (high - low) * below / (below - above)
        take_step(y, row, size, work[:COLUMNS], work[COLUMNS:])
        value = p_right(work[COLUMNS - 1], row) - level
        if abs(value) <= 1e-13 or high - low <= 1e-13 * h:
            break
        if value < 0.0:
            above *= 0.5 if side == 1 else 1.0
            low, below, side = size, value, 1
        else:
            below *= 0.5 if side == -1 else 1.0
            high, above, side = size, value, -1
    return size


@kernel
def solve(
    y: Array, row: Reduced, levels: Array, stops: Array, states: Array, crossings: Array
) -> bool:
    """From y (3,), overwriting it, through the ``stops`` (R,) to the last: states (R, 3) there, and
    times (4,) at which p(right) comes up to its levels. False if it takes over MAX_EVALUATIONS.
    """
    work, beside = np.empty((COLUMNS + 4, 3)), np.empty((COLUMNS + 4, 3))
    t, h, k, evaluations, before = 0.0, 1e-2, 0, 0, p_right(y, row)
    while evaluations < MAX_EVALUATIONS:
        while k < len(stops) and stops[k] <= t:
            states[k] = y
            k += 1
        if k == len(stops):
            return True
        end = min(t + h, stops[k])
        error = take_step(y, row, end - t, work[:COLUMNS], work[COLUMNS:])
        evaluations += EVALUATIONS
        next_h = (end - t) * min(5.0, max(0.2, 0.9 * max(error, 1e-12) ** (-1.0 / ORDER)))
        if error <= 1.0:
            after = p_right(work[COLUMNS - 1], row)
            for c in range(len(levels)):
                if before < levels[c] <= after and math.isnan(crossings[c]):
                    size = time_to(levels[c], y, row, end - t, before, after, beside)
                    crossings[c] = t + size
            next_h = max(next_h, h) if end == stops[k] else next_h
            y[:], t, before = work[COLUMNS - 1], end, after
        h = next_h
    return False


@kernel
def solve_rows(
    y: Array,
    rows: Reduced,
    levels: Array,
    stops: Array,
    courses: Array,
    crossings: Array,
    solved: Any,
) -> None:
    """``solve`` for n rows: y (n, 3), stops (n, R + 1), the last the duration; their courses
    (n, R, 8) are b, alpha, beta2, xi, p(right), loss, p, q.
    """
    for i in range(len(y)):
        states = np.full((stops.shape[1], 3), np.nan)
        row = Reduced(
            rows.n_pairs[i],
            rows.n_labels[i],
            rows.n_items[i],
            rows.log_m[i],
            rows.rho[i],
            rows.z[i],
            rows.mu_alpha[i],
            rows.mu_2[i],
            rows.mu_xi[i],
        )
        solved[i] = solve(y[i], row, levels[i], stops[i], states, crossings[i])
        for k in range(courses.shape[1]):
            beta1, p, q, r = scores(states[k, 0], states[k, 1], row)
            log_right = answer(states[k, 2], q, r, row)[0]
            courses[i, k, 0], courses[i, k, 1:4] = beta1, states[k]
            courses[i, k, 4:] = math.exp(log_right), -log_right, p, q
