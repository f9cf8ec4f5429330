"""Exact mean loss of refresh learning: SGD with a step that grows with the input's square."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Beyond, rare runs rule a mean.
CALM = 0.3  # mean step times mean squared input
SPREAD = 3.0  # variance of the logarithm of the squared error in the flattest mode


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

    whose sum over j needs sum h_j^k C_jj, k = 1..3, alone.
    """
    d, c, kept = len(h), start.copy(), 0
    p1, p2 = np.sum(h), np.sum(h * h)
    zero, one = eta - gamma, eta * gamma
    plain = zero * zero + 2.0 * zero * one * p1 + one * one * (2.0 * p2 + p1 * p1)
    linear = 4.0 * one * (zero + one * p1)
    for t in range(keep_at[-1] + 1 if len(keep_at) else 0):
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum(h * c)
            kept += 1
        s1, s2, s3 = 0.0, 0.0, 0.0
        for i in range(d):
            moment = h[i] * c[i]
            s1 += moment
            s2 += h[i] * moment
            s3 += h[i] * h[i] * moment
        for i in range(d):
            x, square = h[i], one * one * 8.0
            own = plain + 2.0 * linear * x + 3.0 * square * x * x
            gained = (plain + linear * x + square * x * x) * s1
            gained += (linear + square * x) * s2 + square * s3
            fresh = noise * (plain + linear * x + square * x * x)
            kept_share = 1.0 - 2.0 * x * (zero + one * (p1 + 2.0 * x)) + 2.0 * x * x * own
            c[i] = kept_share * c[i] + x * (gained + fresh)


def predict(batch: Batch) -> Rows:
    """Mean losses; valid where no rare runs rule them."""
    loss, valid = np.full(batch.record_at.shape, np.nan), np.zeros(len(batch), bool)
    for i in range(len(batch)):
        d, noise = int(batch["dimension"][i]), float(batch["noise"][i])
        eta, gamma = float(batch["learning_rate"][i]), float(batch["unlearning_rate"][i])
        h = np.arange(1.0, d + 1.0) ** -batch["spectrum"][i]
        mean_course(h, np.full(d, 1.0 / d), noise, eta, gamma, batch.record_at[i], loss[i])
        valid[i] = calm(h, noise, eta, gamma, int(batch["n_updates"][i]))
        valid[i] &= bool(np.isfinite(loss[i]).all())
    return {"loss": loss, "valid": valid}


def calm(h: Array, noise: float, eta: float, gamma: float, n_updates: int) -> bool:
    """Whether a step is small, and either the noise soon rules the loss or all runs fall alike."""
    step = abs(eta - gamma) + eta * gamma * (h.sum() + 2.0 * h[0])
    floor = 0.5 * step * len(h) * noise  # about, over the start
    spread = 8.0 * n_updates * (step * h[-1]) ** 2
    return bool(step * h.sum() <= CALM and (floor >= 0.01 or spread <= SPREAD))
