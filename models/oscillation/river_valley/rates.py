"""Learning rates of a row, and the mean square height they keep up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel
from toysim.models.oscillation.rows import rates_of

Array = npt.NDArray[np.float64]


@kernel
def mean_square_course(v: float, k: float, s: float, rates: Array) -> Array:
    """v_t = E y_t^2 (T + 1,) from v: v <- (1 - eta k)^2 v + eta^2 s^2, exact for any rates."""
    course = np.empty(len(rates) + 1)
    course[0] = v
    for t in range(len(rates)):
        v = (1.0 - rates[t] * k) ** 2 * v + (rates[t] * s) ** 2
        course[t + 1] = v
    return course


def greedy_rates(v: float, k: float, s: float, n_steps: int) -> Array:
    """eta_t = k v_t/(k^2 v_t + s^2), the rate that makes the next v smallest: then 1/v_t = 1/v_0 +
    t k^2/s^2.

    So eta_t = 1/(s^2/(k v_0) + k (1 + t)); zero at v_0 = 0, without bounce.
    """
    if v == 0.0:
        return np.zeros(n_steps)
    if s == 0.0:
        return np.full(n_steps, 1.0 / k)
    later = s * s / (k * v) + k * np.arange(1.0, n_steps + 1.0)
    return np.asarray(1.0 / later)


def row_rates(batch: Batch, i: int) -> Array:
    """Rates (T,) of row i; greedy keeps the peak until the decay, and starts it from the exact mean
    square there.
    """
    if batch["schedule"][i] != "greedy":
        return rates_of(batch, i, str(batch["schedule"][i]))
    rates = rates_of(batch, i, "constant")
    decay_at = len(rates) - int(batch["decay_steps"][i])
    start, k, s = (batch[name][i].item() for name in ("start", "curvature", "noise"))
    v = mean_square_course(start**2, k, s, rates[:decay_at])[-1]
    rates[decay_at:] = greedy_rates(v, k, s, len(rates) - decay_at)
    return rates
