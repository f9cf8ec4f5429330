"""How the overlaps of a soft committee move as N -> infinity; Gaussian integrals derived.

C is the covariance of the fields of K student and M teacher units, signs s = -1 and +1:

    R_in' = eta D_in,  D_ij = sum_k s_k I3(i, j, k),  I3 = E g'(i) x_j g(k)
    Q_ij' = eta (D_ij + D_ji) + eta^2 [sum_cd s_c s_d I4(i, j, c, d) + sigma^2 (2/pi)/sqrt(L4)]
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.ode import STAGES, error_norm, next_step, stage_state

Array = npt.NDArray[np.float64]

RTOL, ATOL = 1e-9, 1e-12
MOST_STEPS, MOST_INTEGRALS = 20_000, 10**7  # about 2 s


@kernel
def three(c: Array, i: int, j: int, k: int) -> float:
    """I3 = (2/pi) [C_jk (1 + C_ii) - C_ij C_ik]/{(1 + C_ii) sqrt[(1 + C_ii)(1 + C_kk) - C_ik^2]}"""
    one = 1.0 + c[i, i]
    root = math.sqrt(max(one * (1.0 + c[k, k]) - c[i, k] ** 2, 1e-300))
    found: float = 2.0 / math.pi * (c[j, k] * one - c[i, j] * c[i, k]) / (one * root)
    return found


@kernel
def four(x: Array, a: int, b: int, c: int, d: int) -> float:
    """I4 = E g'(a) g'(b) g(c) g(d) = (4/pi^2) asin(L0/sqrt(L1 L2))/sqrt(L4), x the covariance."""
    one, other, both = 1.0 + x[a, a], 1.0 + x[b, b], x[a, b]
    l4 = one * other - both * both
    l0 = l4 * x[c, d] - x[b, c] * x[b, d] * one - x[a, c] * x[a, d] * other
    l0 += both * (x[a, c] * x[b, d] + x[a, d] * x[b, c])
    l1 = l4 * (1.0 + x[c, c]) - x[b, c] ** 2 * one - x[a, c] ** 2 * other
    l1 += 2.0 * both * x[a, c] * x[b, c]
    l2 = l4 * (1.0 + x[d, d]) - x[b, d] ** 2 * one - x[a, d] ** 2 * other
    l2 += 2.0 * both * x[a, d] * x[b, d]
    ratio = min(1.0, max(-1.0, l0 / math.sqrt(max(l1 * l2, 1e-300))))
    return 4.0 / math.pi**2 * math.asin(ratio) / math.sqrt(l4)


@kernel
def covariance(y: Array, k: int, m: int) -> Array:
    """C of students, then teachers, from y = (R, Q) flattened."""
    c = np.eye(k + m)
    for i in range(k):
        for n in range(m):
            c[i, k + n] = c[k + n, i] = y[i * m + n]
        for j in range(k):
            c[i, j] = y[k * m + i * k + j]
    return c


@kernel
def slopes_of(y: Array, k: int, m: int, eta: float, noise: float, slope: Array) -> None:
    """R' and Q' of y = (R, Q) flattened, Q by rows."""
    c = covariance(y, k, m)
    total = k + m
    d = np.zeros((k, total))
    for i in range(k):
        for j in range(total):
            for u in range(total):
                sign = -1.0 if u < k else 1.0
                d[i, j] += sign * three(c, i, j, u)
    for i in range(k):
        for n in range(m):
            slope[i * m + n] = eta * d[i, k + n]
    for i in range(k):
        for j in range(i + 1):
            l4 = (1.0 + c[i, i]) * (1.0 + c[j, j]) - c[i, j] ** 2
            square = noise * 2.0 / math.pi / math.sqrt(l4)
            for a in range(total):
                square += four(c, i, j, a, a)
                for b in range(a):
                    sign = 1.0 if (a < k) == (b < k) else -1.0
                    square += 2.0 * sign * four(c, i, j, a, b)
            moved = eta * (d[i, j] + d[j, i]) + eta * eta * square
            slope[k * m + i * k + j] = slope[k * m + j * k + i] = moved


@kernel
def rates(states: Array, k: int, m: int, eta: float, noise: float, out: Array) -> None:
    """R' and Q' (R, K (M + K)) at the states, flattened alike."""
    for j in range(len(states)):
        slopes_of(states[j], k, m, eta, noise, out[j])


@kernel
def course(y: Array, k: int, m: int, eta: float, noise: float, at: Array, out: Array) -> bool:
    """States (R, K (M + K)) at times ``at`` (R,), ascending, from y at 0, which is overwritten;
    whether it got there.
    """
    new, slopes = np.empty(len(y)), np.zeros((STAGES, len(y)))
    slopes_of(y, k, m, eta, noise, slopes[0])
    most = min(MOST_STEPS, MOST_INTEGRALS // (k * (k + m)) ** 2)
    t, h, kept, steps = 0.0, 1e-3 / (1.0 + eta * eta), 0, 0
    while kept < len(at):
        if at[kept] <= t:
            out[kept] = y
            kept += 1
            continue
        step = min(h, at[kept] - t)
        for stage in range(1, STAGES):
            stage_state(y, slopes, stage, step, new)
            slopes_of(new, k, m, eta, noise, slopes[stage])
        error = error_norm(y, new, slopes, step, RTOL, ATOL)
        steps += 1
        if steps > most or h < 1e-12:
            return False
        if error <= 1.0:
            t = at[kept] if step == at[kept] - t else t + step
            y[:] = new
            slopes[0] = slopes[STAGES - 1]
        if error > 1.0 or step == h:
            h = next_step(step, error)
    return True
