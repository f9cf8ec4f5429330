"""The noisy quadratic model simulated: updates of all modes, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.rows import ESCAPED, rates_of, records_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def loss_of(h: Array, theta: Array) -> float:
    """sum_i h_i theta_i^2 / 2."""
    total = 0.0
    for i in range(len(h)):
        total += 0.5 * h[i] * theta[i] * theta[i]
    return total


@kernel
def descend(
    theta: Array,
    w: Array,
    h: Array,
    deviation: Array,
    beta: float,
    kappa: float,
    rates: Array,
    rng: Any,
    record_at: Ints,
    loss: Array,
) -> int:
    """One row, heavy-ball descent with fresh noise in every update

        w <- beta w - eta_t (h (1 + kappa s) theta + deviation z),  theta <- theta + w

    ``theta``, ``w`` (n,) are overwritten by the end state; ``loss`` (R,) by the loss at the record
    updates. Returns -1, or the update that left loss < ESCAPED.
    """
    next_record = 0
    for t in range(len(rates) + 1):
        now = loss_of(h, theta)
        while next_record < len(record_at) and record_at[next_record] == t:
            loss[next_record] = now
            next_record += 1
        if not now < ESCAPED:
            return t
        if t < len(rates):
            for i in range(len(h)):
                slope = h[i] * theta[i]
                if kappa > 0.0:
                    slope *= 1.0 + kappa if rng.random() < 0.5 else 1.0 - kappa
                w[i] = beta * w[i] - rates[t] * (slope + deviation[i] * rng.standard_normal())
                theta[i] += w[i]
    return -1


def spectra(batch: Batch) -> tuple[Array, Array]:
    """Curvatures and noise variances (n_rows, n_modes)."""
    i = np.arange(1.0, int(batch["n_modes"][0]) + 1.0)
    return i ** -batch["curvature_power"][:, None], batch["noise"][:, None] * i ** -batch[
        "noise_power"
    ][:, None]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    h, c = spectra(batch)
    at, beta, kappa, schedule = (
        records_of(batch),
        batch["momentum"],
        batch["sample_noise"],
        batch["schedule"],
    )
    theta, w, loss = (
        np.repeat(batch["start"][:, None], h.shape[1], axis=1),
        np.zeros_like(h),
        np.full(at.shape, np.nan),
    )
    failed_at = np.empty(len(batch), np.int64)
    for i, rng in enumerate(batch.generators("gradient")):
        failed_at[i] = descend(
            theta[i],
            w[i],
            h[i],
            np.sqrt(c[i]),
            beta[i],
            kappa[i],
            rates_of(batch, i, str(schedule[i])),
            rng,
            at[i],
            loss[i],
        )
    return {
        "update": at.astype(float),
        "loss": loss,
        "final_loss": 0.5 * np.sum(h * theta * theta, axis=1),
        "square": theta * theta,
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }
