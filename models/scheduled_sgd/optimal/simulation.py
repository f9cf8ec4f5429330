"""SGD at the best rates, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.problem import planned
from toysim.models.scheduled_sgd.sgd import sgd
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
    plans: dict[Any, Array] = {}
    rows = []
    for row in batch.rows():
        if row.p not in plans:
            plans[row.p] = planned(row.p).rates
        rows.append(_row(row, plans[row.p]))
    done = stacked(rows)
    return done | ended(done.pop("failed_at"))


def _row(row: Row, rates: Array) -> Rows:
    p = row.p
    h, signal = modes(p)
    if p.noise == "multiplicative":
        run = sgd(row, h, signal, rates, row.record_at)
        kept, failed_at = np.append(run.loss, run.final_loss), run.failed_at
    else:
        keep_at = np.append(row.record_at, len(rates))
        kept, failed_at = np.empty(len(keep_at)), -1
        deviation = np.sqrt(p.label_noise / p.batch_size)
        rng = row.generator("inputs")
        descend_additively(-np.sqrt(signal), h, deviation, rates, rng, keep_at, kept)
    return {"loss": kept[:-1], "final_loss": kept[-1], "failed_at": np.asarray(failed_at)}
