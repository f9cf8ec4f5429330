"""The order of least final error among those that show as many hard examples, d infinite.

The overlap is the same in all of them, so the error falls with J = Q_r + Delta_t Q_i at the end. J
is affine in the share h of every step alone: its slope phi, the switching function, comes from the
adjoint recursion, and the best h is 1 where phi is below a level, 0 where it is above, and between
them where it stays at the level. Derived.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

C0 = math.sqrt(2.0 / math.pi)
SEGMENTS, STEPS = 400, 4  # segments of a profile, Euler steps in each
STEADY = 1e-6  # largest change of a share at which the descent ends
MOST_PASSES = 500
BISECTIONS = 50


@kernel
def slopes(h: Array, c: Array, phi: Array) -> float:
    """J of the shares h (S,); phi (S,): its derivatives, per unit of time eta t/d.

    ``c``: step, eta rho, eta (1 - rho), Delta_e, Delta_h, Delta_t, Q_r(0), Q_i(0). Forward
        R += s (c0 - R),  Q_r += s [2 (c0 R - Q_r) + eta rho (S1 + D1 Q_i)],
        Q_i += s [-2 D1 Q_i + eta (1 - rho) (D1 S1 + D2 Q_i)],  S1 = 1 - 2 c0 R + Q_r
    and backward from (1, Delta_t)
        l_r <- l_r (1 - 2 s + s eta rho) + l_i s eta (1 - rho) D1
        l_i <- l_r s eta rho D1 + l_i (1 - 2 s D1 + s eta (1 - rho) D2).
    """
    s, relevant, irrelevant, easy, hard, test = c[0], c[1], c[2], c[3], c[4], c[5]
    d1, d2 = hard - easy, hard * hard - easy * easy
    n = len(h) * STEPS
    s1, qi = np.empty(n), np.empty(n)
    r, p, q = 0.0, c[6], c[7]
    for t in range(n):
        share = h[t // STEPS]
        first, second = easy + share * d1, easy * easy + share * d2
        loss = 1.0 - 2.0 * C0 * r + p
        s1[t], qi[t] = loss, q
        p += s * (2.0 * (C0 * r - p) + relevant * (loss + first * q))
        q += s * (irrelevant * (first * loss + second * q) - 2.0 * first * q)
        r += s * (C0 - r)
    l_r, l_i = 1.0, test
    for t in range(n - 1, -1, -1):
        share = h[t // STEPS]
        first, second = easy + share * d1, easy * easy + share * d2
        gain = irrelevant * (d1 * s1[t] + d2 * qi[t]) - 2.0 * d1 * qi[t]
        slope = l_r * relevant * d1 * qi[t] + l_i * gain
        phi[t // STEPS] = slope / STEPS + (phi[t // STEPS] if t % STEPS < STEPS - 1 else 0.0)
        back = l_i * s * irrelevant * first
        l_i = l_r * s * relevant * first + l_i * (1.0 + s * (irrelevant * second - 2.0 * first))
        l_r = l_r * (1.0 + s * (relevant - 2.0)) + back
    loss_at_end: float = p + test * q
    return loss_at_end


@kernel
def project(h: Array, mean: float) -> None:
    """h <- clip(h - m, 0, 1) of the given mean."""
    low, high = np.min(h) - 1.0, np.max(h)
    for _ in range(BISECTIONS):
        m = 0.5 * (low + high)
        total = 0.0
        for i in range(len(h)):
            total += min(max(h[i] - m, 0.0), 1.0)
        low, high = (m, high) if total > mean * len(h) else (low, m)
    for i in range(len(h)):
        h[i] = min(max(h[i] - high, 0.0), 1.0)


@kernel
def descend(h: Array, mean: float, c: Array) -> float:
    """Projected gradient descent from the shares h (S,), in place; returns J. The step grows by 1.3
    after a success and is halved after a failure.
    """
    phi, ahead, tried = np.empty_like(h), np.empty_like(h), np.empty_like(h)
    least, step = slopes(h, c, phi), 1.0
    for _ in range(MOST_PASSES):
        size = np.max(np.abs(phi))
        if not size > 0.0:
            break
        for i in range(len(h)):
            tried[i] = h[i] - step * phi[i] / size
        project(tried, mean)
        moved = np.max(np.abs(tried - h))
        value = slopes(tried, c, ahead)
        if value < least:
            least, step = value, 1.3 * step
            h[:], phi[:] = tried, ahead
        else:
            step *= 0.5
        if moved < STEADY:
            break
    return least


def constants(p: Any, learning_rate: float | None = None) -> Array:
    """What ``slopes`` is given, at the learning rate of p or another."""
    eta, rho = learning_rate or p.learning_rate, p.n_relevant / p.dimension
    step = eta * p.examples_per_dimension / (SEGMENTS * STEPS)
    difficulties = (p.easy_variance, p.hard_variance, p.test_variance)
    start = (p.start_relevant, p.start_irrelevant)
    return np.array([step, eta * rho, eta * (1.0 - rho), *difficulties, *start])


def easy_first(share: float) -> Array:
    """Shares (S,) of hard examples at the end; the segment of the switch has what is left."""
    return np.clip(np.arange(1, SEGMENTS + 1) - (1.0 - share) * SEGMENTS, 0.0, 1.0)


def best_profile(p: Any) -> Array:
    """Shares (S,) of the best order, the best of descents from four orders."""
    H, c = p.hard_share, constants(p)
    late = easy_first(H)
    sandwich = np.roll(late, -int((1.0 - H) * SEGMENTS / 2.0))
    starts = [late, late[::-1].copy(), np.full(SEGMENTS, H), sandwich]
    with np.errstate(over="ignore"):
        values = [descend(h, H, c) for h in starts]
    return starts[int(np.argmin(np.nan_to_num(values, nan=np.inf)))]


def is_optimal(p: Any, late: bool, learning_rate: float | None = None) -> bool:
    """Whether no exchange of easy and hard examples lowers the error at first order, for the order
    with the hard ones at the end (``late``) or at the start; a hundredth of the run around the
    switch is left out.
    """
    h, phi = easy_first(p.hard_share), np.empty(SEGMENTS)
    if not late:
        h = h[::-1].copy()
    slopes(h, constants(p, learning_rate), phi)
    switch = (1.0 - p.hard_share if late else p.hard_share) * SEGMENTS
    away = np.abs(np.arange(SEGMENTS) + 0.5 - switch) > 0.005 * SEGMENTS
    hard, easy = phi[away & (h > 0.5)], phi[away & (h < 0.5)]
    return bool(np.max(hard, initial=-np.inf) <= np.min(easy, initial=np.inf))
