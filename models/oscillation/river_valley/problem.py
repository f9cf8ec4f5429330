"""What a row is given: its learning rates, the greedy ones from the mean square height."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel
from toysim.models.oscillation.river_valley.parameters import RiverValleyParameters
from toysim.scheduled import rates

Array = npt.NDArray[np.float64]


def walk_rates(batch: Batch) -> Iterator[Array]:
    """Rates (T,) of the rows in turn; greedy keeps the peak until the decay."""
    greedy = batch["schedule"] == "greedy"
    scheduled = rates(batch, np.where(greedy, "constant", batch["schedule"]))
    for row, eta in zip(batch.rows(), scheduled, strict=True):
        yield _with_greedy_decay(row.p, eta) if greedy[row.index] else eta


def _with_greedy_decay(p: RiverValleyParameters, eta: Array) -> Array:
    before = eta[: len(eta) - p.decay_steps]
    v = mean_square_course(p.start**2, p.curvature, p.noise, before)[-1]
    return np.append(before, greedy_rates(v, p.curvature, p.noise, p.decay_steps))


def greedy_rates(v: float, k: float, s: float, n_steps: int) -> Array:
    """eta_t = k v_t/(k^2 v_t + s^2) (n_steps,), the rate that makes the next v smallest; derived.

    Then 1/v_t = 1/v_0 + t k^2/s^2, so eta_t = 1/(s^2/(k v_0) + k (1 + t)); zero at v_0 = 0, without
    bounce.
    """
    if v == 0.0:
        return np.zeros(n_steps)
    if s == 0.0:
        return np.full(n_steps, 1.0 / k)
    later = s * s / (k * v) + k * np.arange(1.0, n_steps + 1.0)
    return np.asarray(1.0 / later)


# Theory predicts by it as well. The simulation meets it in greedy rates alone, which both sides
# then follow: a slip in it would part them.
@kernel
def mean_square_course(v: float, k: float, s: float, rates: Array) -> Array:
    """v_t = E y_t^2 (T + 1,) from v under rates (T,); derived, exact for any rates.

    v <- (1 - eta k)^2 v + eta^2 s^2
    """
    course = np.empty(len(rates) + 1)
    course[0] = v
    for t in range(len(rates)):
        v = (1.0 - rates[t] * k) ** 2 * v + (rates[t] * s) ** 2
        course[t + 1] = v
    return course
