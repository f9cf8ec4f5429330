"""SGD at the best rates, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.problem import planned
from toysim.models.scheduled_sgd.parts import cells, scattered
from toysim.models.scheduled_sgd.sgd import sgd_at
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def descend_additively(
    delta: Array, h: Array, deviation: float, rates: Array, rng: Any, keep_at: Ints, loss: Array
) -> int:
    """delta <- (1 - eta_t h) delta - eta_t h deviation z, z ~ N(0, 1), in units of the loss: so the
    factor of a mode that one update takes out is rounded as in the mean.

    ``delta``, ``h`` (n,), ``rates`` (T,); ``loss`` (R,) at ``keep_at``, ascending, the last the
    end. Returns the update that left the finite numbers, or -1; what comes then is NaN.
    """
    kept = 0
    loss[:] = np.nan
    for t in range(len(rates) + 1):
        now = 0.5 * np.sum(delta * delta)
        if not np.isfinite(now):
            return t
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = now
            kept += 1
        if t < len(rates):
            for i in range(len(h)):
                a = rates[t] * h[i]
                delta[i] = (1.0 - a) * delta[i] - a * deviation * rng.standard_normal()
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; rows of one cell have one plan."""
    done = scattered([(rows, _cell(p, batch.take(rows))) for p, rows in cells(batch)])
    return done | ended(done.pop("failed_at"))


def _cell(p: Any, batch: Batch) -> Rows:
    rates, at = planned(p).rates, batch.record_at
    h, signal = modes(p)
    if p.noise == "multiplicative":
        run = sgd_at(batch, h, signal, rates, at)
        return {"loss": run.loss, "final_loss": run.final_loss, "failed_at": run.failed_at}
    kept = np.empty((len(batch), at.shape[1] + 1))
    deviation = np.sqrt(p.label_noise / p.batch_size)
    failed_at = np.empty(len(batch), np.int64)
    for i, (times, rng) in enumerate(zip(at, batch.generators("inputs"), strict=True)):
        start, keep_at = -np.sqrt(signal), np.append(times, len(rates))
        failed_at[i] = descend_additively(start, h, deviation, rates, rng, keep_at, kept[i])
    return {"loss": kept[:, :-1], "final_loss": kept[:, -1], "failed_at": failed_at}
