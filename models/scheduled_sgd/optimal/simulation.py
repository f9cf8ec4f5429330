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
) -> None:
    """delta <- (1 - eta_t h) delta - eta_t h deviation z, z ~ N(0, 1), in units of the loss: so the
    factor of a mode that one update takes out is rounded as in the mean.

    ``delta``, ``h`` (n,), ``rates`` (T,); ``loss`` (R,) at ``keep_at``, ascending, the last the
    end.
    """
    kept = 0
    for t in range(len(rates) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum(delta * delta)
            kept += 1
        if t < len(rates):
            for i in range(len(h)):
                a = rates[t] * h[i]
                delta[i] = (1.0 - a) * delta[i] - a * deviation * rng.standard_normal()


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
    for own, times, rng in zip(kept, at, batch.generators("inputs"), strict=True):
        keep_at = np.append(times, len(rates))
        descend_additively(-np.sqrt(signal), h, deviation, rates, rng, keep_at, own)
    failed_at = np.full(len(batch), -1)
    return {"loss": kept[:, :-1], "final_loss": kept[:, -1], "failed_at": failed_at}
