"""Exact mean loss of refresh learning: SGD with a step that grows with the input's square."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import inlined, kernel
from toysim.numerics.least_squares import padded

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Beyond, rare runs rule a mean.
CALM = 0.3  # mean step times mean squared input
SPREAD = 3.0  # variance of the logarithm of the squared error in the flattest mode


@inlined
def power_sums(h: Array, m: Array, room: Array) -> tuple[float, float, float]:
    """sum m, sum h m, sum h^2 m of (n,), n a multiple of 16: first the four quarters into ``room``
    (3, n/4), which fills vectors where a sum waits for itself at every term (1.9 times as long).
    """
    q = len(m) // 4
    for i in range(q):
        x0, x1, x2, x3 = m[i], m[q + i], m[2 * q + i], m[3 * q + i]
        room[0, i] = (x0 + x1) + (x2 + x3)
        x0, x1, x2, x3 = x0 * h[i], x1 * h[q + i], x2 * h[2 * q + i], x3 * h[3 * q + i]
        room[1, i] = (x0 + x1) + (x2 + x3)
        x0, x1, x2, x3 = x0 * h[i], x1 * h[q + i], x2 * h[2 * q + i], x3 * h[3 * q + i]
        room[2, i] = (x0 + x1) + (x2 + x3)
    a0, a1, b0, b1, c0, c1 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(0, q, 2):
        a0, a1 = a0 + room[0, i], a1 + room[0, i + 1]
        b0, b1 = b0 + room[1, i], b1 + room[1, i + 1]
        c0, c1 = c0 + room[2, i], c1 + room[2, i + 1]
    return a0 + a1, b0 + b1, c0 + c1


@kernel
def mean_course(
    h: Array, start: Array, noise: float, eta: float, gamma: float, keep_at: Ints, loss: Array
) -> None:
    """E L = sum h_i C_ii/2 after ``keep_at`` (R,) updates, ascending; derived. An update is one
    step b_0 + b_1 |x|^2, b_0 = eta - gamma, b_1 = eta gamma; with p1 = tr H, p2 = tr H^2,

        C_ii <- C_ii - 2 h_i (b_0 + b_1 (p1 + 2 h_i)) C_ii + h_i sum_j h_j (1 + 2 d_ij) W_ij C_jj
                + s2 h_i (b_0^2 + 2 b_0 b_1 (p1 + 2 h_i)
                          + b_1^2 (p1^2 + 2 p2 + 4 h_i p1 + 8 h_i^2)),
        W_ij = b_0^2 + 2 b_0 b_1 (p1 + 2 h_i + 2 h_j)
               + b_1^2 (2 p2 + p1^2 + 4 p1 (h_i + h_j) + 8 (h_i^2 + h_j^2 + h_i h_j)),

    whose sum over j needs sum h_j^k C_jj, k = 1..3, alone. h and start (n,), padded by zeros.
    """
    p1, p2, kept = np.sum(h), np.sum(h * h), 0
    zero, one = eta - gamma, eta * gamma
    plain = zero * zero + 2.0 * zero * one * p1 + one * one * (2.0 * p2 + p1 * p1)
    linear, square = 4.0 * one * (zero + one * p1), 8.0 * one * one
    stays = 1.0 - 2.0 * h * (zero + one * (p1 + 2.0 * h))
    stays += 2.0 * h * h * (plain + 2.0 * linear * h + 3.0 * square * h * h)
    moment, room = h * start, np.empty((3, len(h) // 4))  # m_i = h_i C_ii is followed
    for t in range(keep_at[-1] + 1 if len(keep_at) else 0):
        s1, s2, s3 = power_sums(h, moment, room)
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * s1
            kept += 1
        s1 += noise
        a = plain * s1 + linear * s2 + square * s3
        b, c = linear * s1 + square * s2, square * s1
        for i in range(len(h)):
            moment[i] = stays[i] * moment[i] + h[i] * h[i] * (a + h[i] * (b + h[i] * c))


def predict(batch: Batch) -> Rows:
    """Mean losses; valid where no rare runs rule them."""
    loss, valid = np.full(batch.record_at.shape, np.nan), np.zeros(len(batch), bool)
    for i in range(len(batch)):
        d, noise = int(batch["dimension"][i]), float(batch["noise"][i])
        eta, gamma = float(batch["learning_rate"][i]), float(batch["unlearning_rate"][i])
        h = np.arange(1.0, d + 1.0) ** -batch["spectrum"][i]
        mean_course(
            padded(h), padded(np.full(d, 1.0 / d)), noise, eta, gamma, batch.record_at[i], loss[i]
        )
        valid[i] = calm(h, noise, eta, gamma, int(batch["n_updates"][i]))
        valid[i] &= bool(np.isfinite(loss[i]).all())
    return {"loss": loss, "valid": valid}


def calm(h: Array, noise: float, eta: float, gamma: float, n_updates: int) -> bool:
    """Whether a step is small, and either the noise soon rules the loss or all runs fall alike."""
    step = abs(eta - gamma) + eta * gamma * (h.sum() + 2.0 * h[0])
    floor = 0.5 * step * len(h) * noise  # about, over the start
    spread = 8.0 * n_updates * (step * h[-1]) ** 2
    return bool(step * h.sum() <= CALM and (floor >= 0.01 or spread <= SPREAD))
