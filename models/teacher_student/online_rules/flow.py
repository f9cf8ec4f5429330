"""The mean course of a rule, integrated with Dormand and Prince's steps."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.teacher_student.online_rules.drift import best_gain, drift
from toysim.models.teacher_student.online_rules.fluctuations import error_variance, spread_slopes
from toysim.models.teacher_student.online_rules.parameters import ADATRON, ANNEALED, OPTIMAL
from toysim.numerics.ode import STAGES, error_norm, next_step, stage_state

Array = npt.NDArray[np.float64]

RTOL = 1e-10
MOST_STEPS = 20_000
ROUNDING = 1e-13  # of a natural size: m may stay next to 0


@kernel
def slopes_of(
    rule: int, eta: float, kappa: float, flip: float, spread: bool, y: Array, slope: Array
) -> None:
    """y = (m, v, Sigma) of the rules with a rate; (R^2,) of the optimal one."""
    if rule == OPTIMAL:
        slope[0] = best_gain(min(y[0], 1.0 - 1e-16))
        return
    slope[0], slope[1] = drift(rule, eta, kappa, flip, y[0], max(y[1], 1e-300))
    if spread:
        spread_slopes(rule, eta, kappa, flip, y, slope)


@kernel
def course(
    rule: int, eta: float, kappa: float, flip: float, start: Array, at: Array, out: Array
) -> bool:
    """States (R, k) at times ``at`` (R,), ascending, from ``start`` (k,) at 0; whether it got
    there.
    """
    k = len(start)
    y, new, slopes = start.copy(), np.empty(k), np.zeros((STAGES, k))
    spread = k > 2
    slopes_of(rule, eta, kappa, flip, spread, y, slopes[0])
    t, h, kept, steps = 0.0, 1e-6 / (1.0 + eta * eta), 0, 0
    natural = min(start[1], math.sqrt(start[1])) if rule < ADATRON else 0.0
    while kept < len(at):
        if at[kept] <= t:
            out[kept] = y
            kept += 1
            continue
        step = min(h, at[kept] - t)
        for stage in range(1, STAGES):
            stage_state(y, slopes, stage, step, new)
            slopes_of(rule, eta, kappa, flip, spread, new, slopes[stage])
        error = error_norm(y[:2], new[:2], slopes[:, :2], step, RTOL, ROUNDING * natural + 1e-300)
        steps += 1
        if not (error < math.inf and steps < MOST_STEPS):
            return False
        if error <= 1.0:
            t = at[kept] if step == at[kept] - t else t + step
            y[:] = new
            slopes[0] = slopes[STAGES - 1]
        if error > 1.0 or step == h:
            h = next_step(step, error)
    return True


@kernel
def courses(
    rule: Array,
    eta: Array,
    kappa: Array,
    flip: Array,
    start_power: Array,
    start_cosine: Array,
    at: Array,
    out: Array,
    ok: Array,
) -> None:
    """out (rows, 5, R): m, v, N Var(error), m' and q' of every row with a rate; R^2 of the optimal
    one.
    """
    for i in range(len(rule)):
        if rule[i] == ANNEALED:
            ok[i] = True  # in closed form
            continue
        tuned = rule[i] == OPTIMAL
        start = np.zeros(1 if tuned else 5)
        start[0] = start_cosine[i] ** 2
        if not tuned:
            free = start_power[i] * (1.0 - start_cosine[i] ** 2)
            start[0] = start_cosine[i] * math.sqrt(start_power[i])
            # m and |w - m B|^2/N are independent, of N times the variances s and 2 s^2.
            start[1], start[2], start[4] = free, free, 2.0 * free**2
        states = np.full((at.shape[1], len(start)), math.nan)
        ok[i] = course(rule[i], eta[i], kappa[i], flip[i], start, at[i], states)
        for j in range(at.shape[1]):
            y = states[j]
            out[i, 0, j] = y[0]
            if not tuned:
                out[i, 1, j] = y[1]
                out[i, 2, j] = error_variance(y[0], y[1], y[2], y[3], y[4])
                first, second = drift(rule[i], eta[i], kappa[i], flip[i], y[0], y[1])
                out[i, 3, j], out[i, 4, j] = first, second + 2.0 * y[0] * first
