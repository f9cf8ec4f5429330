"""Exact second moments of the noisy quadratic model, stationary values and stability limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.noisy_quadratic.problem import spectra, starts
from toysim.models.oscillation.noisy_quadratic.spread import kurtosis
from toysim.models.oscillation.runs import records_and_end
from toysim.scheduled import peak_rates, rates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Numbers = float | Array

HEAVY = 30.0  # kurtosis from which on means over replicas say little; of a normal number 3


def largest_stable_rate(h: Numbers, beta: Numbers, kappa: Numbers = 0.0) -> Any:
    """Mean-square stable iff eta is below 2 (1 - beta^2) / (h (1 - beta + kappa^2 (1 + beta))).

    Derived. Without sample noise 2 (1 + beta)/h. Without momentum 2 E x^2 / E x^4 for the squared
    input x^2 = h (1 +- kappa).
    """
    beta, kappa = np.asarray(beta), np.asarray(kappa)
    return 2.0 * (1.0 - beta**2) / (h * (1.0 - beta + kappa**2 * (1.0 + beta)))


def stationary_square(
    rate: Numbers, h: Numbers, c: Numbers, beta: Numbers, kappa: Numbers = 0.0
) -> Any:
    """E theta^2 at a constant stable rate; derived.

    eta c (1 + beta) / (h [(1 - beta)(2 (1 + beta) - eta h) - eta h kappa^2 (1 + beta)])
    """
    rate, beta, kappa = np.asarray(rate), np.asarray(beta), np.asarray(kappa)
    room = (1.0 - beta) * (2.0 * (1.0 + beta) - rate * h) - rate * h * kappa**2 * (1.0 + beta)
    return rate * c * (1.0 + beta) / (h * room)


@kernel
def moments(
    a: Array,
    h: Array,
    c: Array,
    beta: float,
    kappa: float,
    rates: Array,
    keep_at: Ints,
    loss: Array,
) -> None:
    """One row, a = E theta^2, b = E theta w, q = E w^2 of every mode, from b = q = 0; derived.

        q <- beta^2 q - 2 beta eta h b + eta^2 h^2 (1 + kappa^2) a + eta^2 c
        b <- beta b - eta h a + q,    a <- a + 2 (beta b - eta h a) + q

    with b and a on the right as they were before. ``a``, ``h``, ``c`` (n,): a is overwritten by its
    end. ``rates`` (T,). ``loss`` (R + 1,): sum h a / 2 at the updates ``keep_at``, ascending; the
    last ends the run.
    """
    b, q = np.zeros_like(a), np.zeros_like(a)
    t = 0
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            eta = rates[t]
            for i in range(len(a)):
                eh = eta * h[i]
                drift = beta * b[i] - eh * a[i]
                q[i] = (
                    beta * beta * q[i]
                    - 2.0 * beta * eh * b[i]
                    + eh * eh * (1.0 + kappa * kappa) * a[i]
                )
                q[i] += eta * eta * c[i]
                b[i] = drift + q[i]
                a[i] += 2.0 * drift + q[i]
            t += 1
        loss[k] = 0.5 * np.sum(h * a)


def predict(batch: Batch) -> Rows:
    """Every observable exactly; not valid where a mean square leaves the finite numbers, nor where
    sample noise spreads squares so widely that no mean over replicas sees it.
    """
    h, c = spectra(batch)
    at, beta, kappa = records_and_end(batch), batch["momentum"], batch["sample_noise"]
    start, largest = starts(batch), np.ones(len(batch))
    a, loss = start**2, np.empty(at.shape)
    for i, eta in enumerate(rates(batch)):
        if kappa[i] > 0.0:
            modes = zip(start[i], h[i], c[i], strict=True)
            noise = (beta[i], kappa[i], eta, at[i])
            largest[i] = max(kurtosis(*mode, *noise) for mode in modes)
        moments(a[i], h[i], c[i], beta[i], kappa[i], eta, at[i], loss[i])
    rate = peak_rates(batch)
    with np.errstate(all="ignore"):  # no stationary value at the limit, nor above it
        share = rate / largest_stable_rate(h.max(axis=1), beta, kappa)
        settled = stationary_square(rate[:, None], h, c, beta[:, None], kappa[:, None])
        stationary = np.where(share < 1.0, 0.5 * np.sum(h * settled, axis=1), np.nan)
    return {
        "loss": loss[:, :-1],
        "final_loss": loss[:, -1],
        "square": a,
        "stationary_loss": stationary,
        "share_of_limit": share,
        "kurtosis": largest,
        "valid": np.isfinite(loss[:, -1]) & (largest < HEAVY),
    }
