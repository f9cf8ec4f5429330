"""The river valley simulated: one noisy walk a row."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.river_valley.rates import row_rates
from toysim.models.oscillation.rows import ESCAPED, records_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Valley(NamedTuple):
    """c, k, s: slope of the river, curvature of the hillsides, deviation of the gradient across."""

    c: float
    k: float
    s: float


@kernel
def walk(
    y: float, valley: Valley, rates: Array, rng: Any, keep_at: Ints, position: Array, height: Array
) -> int:
    """One row: x <- x + eta c, y <- y - eta (k y + s z), from x = 0.

    ``position``, ``height`` are written at the updates ``keep_at``, ascending.
    Returns -1, or the update that left |y| < ESCAPED.
    """
    x, kept = 0.0, 0
    for t in range(len(rates) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            position[kept], height[kept] = x, y
            kept += 1
        if not abs(y) < ESCAPED:
            return t
        if t < len(rates):
            x += rates[t] * valley.c
            y -= rates[t] * (valley.k * y + valley.s * rng.standard_normal())
    return -1


def updates_kept(batch: Batch) -> Ints:
    """Updates (n, R + 2) at which rows are read: records, beginning of the decay, end; not in
    order.
    """
    n_steps = batch["n_steps"][:, None]
    return np.concatenate(
        [records_of(batch), n_steps - batch["decay_steps"][:, None], n_steps], axis=1
    )


def measured(batch: Batch, position: Array, square: Array) -> Rows:
    """Observables from positions and (mean) square heights (n, R + 2) at ``updates_kept``."""
    hill = 0.5 * batch["curvature"][:, None] * square
    loss = hill - batch["river_slope"][:, None] * position
    with np.errstate(invalid="ignore"):  # both infinite far above the stable rate
        decay_gain = loss[:, -2] - loss[:, -1]
    return {
        "position": position[:, :-2],
        "hill_loss": hill[:, :-2],
        "loss": loss[:, :-2],
        "final_position": position[:, -1],
        "final_hill_loss": hill[:, -1],
        "final_loss": loss[:, -1],
        "decay_gain": decay_gain,
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    kept = updates_kept(batch)
    order = np.argsort(kept, axis=1, kind="stable")
    position, height, rate = (np.full(kept.shape, np.nan) for _ in range(3))
    failed_at = np.empty(len(batch), np.int64)
    for i, rng in enumerate(batch.generators("gradient")):
        valley = Valley(*(batch[name][i].item() for name in ("river_slope", "curvature", "noise")))
        rates, row = row_rates(batch, i), np.full((2, kept.shape[1]), np.nan)
        failed_at[i] = walk(
            batch["start"][i].item(), valley, rates, rng, kept[i, order[i]], row[0], row[1]
        )
        position[i, order[i]], height[i, order[i]] = row
        rate[i] = np.append(rates, math.nan)[kept[i]]
    return {
        **measured(batch, position, height * height),
        "update": kept[:, :-2].astype(float),
        "rate": rate[:, :-2],
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }
