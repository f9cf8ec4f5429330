"""Order parameters as d goes to infinity, and the covariance of their fluctuations at order 1/d.

dC/dalpha = A C + C A' + B along the limit's course, A its Jacobian and B the covariance of the
change f of one update. f is a polynomial of degree two in the fields, so Gauss rules of three
points give its mean and covariance exactly. Derived.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.curriculum.relevance.control import C0

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HERMITE = np.array([-math.sqrt(3.0), 0.0, math.sqrt(3.0)])
HERMITE_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0


def half_normal_rule() -> tuple[Array, Array]:
    """Three nodes and weights of |t|, t ~ N(0, 1): exact to degree five, from the moments
    1, c0, 1, 2 c0, 3, 8 c0 and the orthogonal polynomial of degree three.
    """
    m = np.array([1.0, C0, 1.0, 2.0 * C0, 3.0, 8.0 * C0])
    hankel = np.array([m[i : i + 3] for i in range(3)])
    nodes = np.asarray(np.roots([1.0, *(-np.linalg.solve(hankel, m[3:]))[::-1]]).real, float)
    powers = np.vander(nodes, 3, increasing=True)
    return nodes, np.asarray(np.linalg.solve(powers.T, m[:3]), float)


NODES, WEIGHTS = half_normal_rule()
PARTS = 12  # R, Q_r, Q_i and their covariance by rows


@kernel
def rates(y: Array, h: float, c: Array, out: Array) -> None:
    """d/dalpha of y (12,): the three means, then C by rows.

    f = eta (e |t|, 2 e s_r + eta rho e^2, 2 e s_i + eta (1 - rho) Delta e^2), e = 1 - s_r - s_i,
    s_r = R |t| + sqrt(P) z, s_i = sqrt(Delta Q_i) u. ``c``: eta, rho, Delta_e, Delta_h.
    """
    eta, rho = c[0], c[1]
    r, q = y[0], max(y[2], 0.0)
    across = math.sqrt(max(y[1] - r * r, 0.0))
    mean, square, f = np.zeros(3), np.zeros((3, 3)), np.empty(3)
    for difficulty in range(2):
        share = h if difficulty == 1 else 1.0 - h
        variance = c[2 + difficulty]
        field = math.sqrt(variance * q)
        for i in range(27):
            t, z, u = NODES[i // 9], HERMITE[i // 3 % 3], HERMITE[i % 3]
            weight = share * WEIGHTS[i // 9] * HERMITE_WEIGHTS[i // 3 % 3] * HERMITE_WEIGHTS[i % 3]
            s_r, s_i = r * t + across * z, field * u
            e = 1.0 - s_r - s_i
            f[0] = eta * e * t
            f[1] = eta * e * (2.0 * s_r + eta * rho * e)
            f[2] = eta * e * (2.0 * s_i + eta * (1.0 - rho) * variance * e)
            for a in range(3):
                mean[a] += weight * f[a]
                for b in range(3):
                    square[a, b] += weight * f[a] * f[b]
    first = c[2] + h * (c[3] - c[2])
    second = c[2] * c[2] + h * (c[3] * c[3] - c[2] * c[2])
    relevant, irrelevant = eta * eta * rho, eta * eta * (1.0 - rho)
    A = np.zeros((3, 3))
    A[0, 0] = -eta
    A[1, 0] = 2.0 * C0 * (eta - relevant)
    A[1, 1], A[1, 2] = relevant - 2.0 * eta, relevant * first
    A[2, 0], A[2, 1] = -2.0 * C0 * irrelevant * first, irrelevant * first
    A[2, 2] = irrelevant * second - 2.0 * eta * first
    for a in range(3):
        out[a] = mean[a]
        for b in range(3):
            total = square[a, b] - mean[a] * mean[b]
            for k in range(3):
                total += A[a, k] * y[3 + 3 * k + b] + A[b, k] * y[3 + 3 * a + k]
            out[3 + 3 * a + b] = total


@kernel
def integrate(
    h: Array, updates_per_time: float, c: Array, most: int, start: Array, keep_at: Ints, kept: Array
) -> None:
    """y (12, K) at the updates ``keep_at``, ascending, by Runge-Kutta steps of the fourth order, of
    at most ``most`` updates each, within which the share is their mean. ``h`` (T,).
    """
    y, trial = np.zeros(PARTS), np.empty(PARTS)
    k1, k2, k3, k4 = np.empty(PARTS), np.empty(PARTS), np.empty(PARTS), np.empty(PARTS)
    y[:3] = start
    now = 0
    for record in range(len(keep_at)):
        while now < keep_at[record]:
            end = min(now + most, keep_at[record])
            step, share = (end - now) / updates_per_time, float(np.mean(h[now:end]))
            rates(y, share, c, k1)
            trial[:] = y + 0.5 * step * k1
            rates(trial, share, c, k2)
            trial[:] = y + 0.5 * step * k2
            rates(trial, share, c, k3)
            trial[:] = y + step * k3
            rates(trial, share, c, k4)
            y += step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            now = end
        kept[:, record] = y
