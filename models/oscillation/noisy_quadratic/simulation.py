"""The noisy quadratic model simulated: updates of all modes, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.noisy_quadratic.problem import spectra, starts
from toysim.models.oscillation.runs import ESCAPED, records_and_end
from toysim.models.oscillation.sums import total
from toysim.records import ended
from toysim.scheduled import rates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


# 4.6 ns a number, of 4.9 ns an update of a mode (256 modes).
@borrowing
def draw(rng: Any, kappa: float, seen: Array, z: Array) -> None:
    """Fresh noise z (n,), and the shares 1 + kappa or 1 - kappa of the curvatures seen (n,)."""
    for i in range(len(z)):
        if kappa > 0.0:
            seen[i] = 1.0 + kappa if rng.random() < 0.5 else 1.0 - kappa
        z[i] = rng.standard_normal()


@kernel
def descend(
    theta: Array,
    h: Array,
    deviation: Array,
    beta: float,
    kappa: float,
    rates: Array,
    rng: Any,
    keep_at: Ints,
    loss: Array,
) -> int:
    """One row, heavy-ball descent with fresh noise in every update, modes side by side; derived.

        w <- beta w - eta_t (h (1 + kappa s) theta + deviation z),  theta <- theta + w

    ``theta``, ``h``, ``deviation`` (n,): theta is overwritten by the end state. ``rates`` (T,).
    ``loss`` (R + 1,): sum_i h_i theta_i^2 / 2 at the updates ``keep_at``, ascending; the last ends
    the run. Returns -1, or the update that left loss < ESCAPED.
    """
    w, seen, z, terms = np.zeros(len(h)), np.ones(len(h)), np.empty(len(h)), np.empty(len(h))
    kept = 0
    for t in range(len(rates) + 1):
        for i in range(len(theta)):
            terms[i] = 0.5 * h[i] * theta[i] * theta[i]
        loss_now = total(terms)
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = loss_now
            kept += 1
        if not loss_now < ESCAPED:
            return t
        if t < len(rates):
            draw(rng, kappa, seen, z)
            for i in range(len(theta)):
                slope = h[i] * theta[i] * seen[i]
                w[i] = beta * w[i] - rates[t] * (slope + deviation[i] * z[i])
                theta[i] += w[i]
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    h, c = spectra(batch)
    at, beta, kappa = records_and_end(batch), batch["momentum"], batch["sample_noise"]
    theta = starts(batch)
    loss, failed_at = np.full(at.shape, np.nan), np.empty(len(batch), np.int64)
    deviation, draws = np.sqrt(c), batch.generators("gradient")
    for i, (rng, eta) in enumerate(zip(draws, rates(batch), strict=True)):
        mode = (theta[i], h[i], deviation[i])
        failed_at[i] = descend(*mode, beta[i], kappa[i], eta, rng, at[i], loss[i])
    final_loss = 0.5 * np.sum(h * theta * theta, axis=1)
    return {
        "loss": loss[:, :-1],
        "final_loss": final_loss,
        "square": theta * theta,
    } | ended(failed_at)
