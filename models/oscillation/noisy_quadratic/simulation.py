"""The noisy quadratic model simulated: updates of all modes, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.noisy_quadratic.problem import spectra
from toysim.models.oscillation.runs import ESCAPED
from toysim.records import ended
from toysim.scheduled import rates

Array = npt.NDArray[np.float64]


@kernel
def loss_of(h: Array, theta: Array) -> float:
    """sum_i h_i theta_i^2 / 2; h, theta (n,)."""
    total = 0.0
    for i in range(len(h)):
        total += 0.5 * h[i] * theta[i] * theta[i]
    return total


@kernel
def descend(
    theta: Array,
    h: Array,
    deviation: Array,
    beta: float,
    kappa: float,
    rates: Array,
    rng: Any,
    loss: Array,
) -> int:
    """One row, heavy-ball descent with fresh noise in every update; derived.

        w <- beta w - eta_t (h (1 + kappa s) theta + deviation z),  theta <- theta + w

    ``theta``, ``h``, ``deviation`` (n,): theta is overwritten by the end state. ``rates`` (T,).
    ``loss`` (T + 1,) is written after every number of updates. Returns -1, or the update that left
    loss < ESCAPED.
    """
    w = np.zeros_like(theta)
    for t in range(len(rates) + 1):
        loss[t] = loss_of(h, theta)
        if not loss[t] < ESCAPED:
            return t
        if t < len(rates):
            for i in range(len(h)):
                slope = h[i] * theta[i]
                if kappa > 0.0:
                    slope *= 1.0 + kappa if rng.random() < 0.5 else 1.0 - kappa
                w[i] = beta * w[i] - rates[t] * (slope + deviation[i] * rng.standard_normal())
                theta[i] += w[i]
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    h, c = spectra(batch)
    at, beta, kappa = batch.record_at, batch["momentum"], batch["sample_noise"]
    theta = np.repeat(batch["start"][:, None], h.shape[1], axis=1)
    loss, failed_at = np.empty(at.shape), np.empty(len(batch), np.int64)
    draws = batch.generators("gradient")
    for i, (rng, eta) in enumerate(zip(draws, rates(batch), strict=True)):
        course = np.full(len(eta) + 1, np.nan)
        failed_at[i] = descend(theta[i], h[i], np.sqrt(c[i]), beta[i], kappa[i], eta, rng, course)
        loss[i] = course[at[i]]
    final_loss = 0.5 * np.sum(h * theta * theta, axis=1)
    return {"loss": loss, "final_loss": final_loss, "square": theta * theta} | ended(failed_at)
