"""Tracking simulated, update by update."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.drift.tracking.bayes import first_belief, moved, seen
from toysim.models.drift.tracking.problem import Tracker, outputs, trackers
from toysim.numerics.normals import normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@kernel
def track(
    row: Tracker,
    kappa: float,
    least: float,
    steps: Singles,
    noise: Singles,
    switches: Any,
    keep_at: Ints,
    course: Array,
    means: Array,
) -> None:
    """w <- w + g (theta + sqrt(s2) xi - w) after theta has moved; kappa = 0: not regulated.

    ``steps`` (T + 1,), ``noise`` (T,): fresh normal numbers. ``course`` (R,): square errors after
    the updates ``keep_at``, ascending; ``means`` (3,): of error, gain and its square.
    """
    sigma, deviation, gain, w, kept = math.sqrt(row.s2), math.sqrt(row.variance), row.gain, 0.0, 0
    theta = 0.0 if row.walk else deviation * steps[row.end]
    size = (math.sqrt(row.moves[0]), math.sqrt(row.moves[1]))
    v = row.s2 / (1.0 - row.gain) if kappa > 0.0 else 0.0
    error_sum, gain_sum, square_sum = 0.0, 0.0, 0.0
    belief, n_beliefs = first_belief(row)
    for t in range(row.end + 1):
        error = (theta - w) * (theta - w)
        if t > row.burn_in:
            error_sum += error
            gain_sum += gain
            square_sum += gain * gain
        while kept < len(keep_at) and keep_at[kept] == t:
            course[kept] = error
            kept += 1
        if t == row.end:
            break
        away = (t // row.season) % 2
        if row.walk:
            theta += size[away] * steps[t]
        elif switches.random() < row.moves[away]:
            theta = deviation * steps[t]
        u = theta + sigma * noise[t] - w
        if row.bayes:
            n_beliefs = moved(row, belief, n_beliefs, row.moves[away])
            w, gain, n_beliefs = seen(belief, n_beliefs, u + w, row.s2)
            continue
        if kappa > 0.0:
            v = (1.0 - kappa) * v + kappa * u * u
            gain = max(1.0 - row.s2 / v, least)
        elif row.decaying:
            gain = 1.0 / (t + 2.0)
        w += gain * u
    n = row.end - row.burn_in
    means[0], means[1], means[2] = error_sum / n, gain_sum / n, square_sum / n


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    course, means = np.full(batch.record_at.shape, np.nan), np.empty((len(batch), 3))
    kappa = np.where(batch["rule"] == "regulated", batch["memory"], 0.0)
    for i, row in enumerate(trackers(batch)):
        steps = normals((row.end + 1,), batch.generator(i, "target"))
        noise = normals((row.end,), batch.generator(i, "noise"))
        switches = batch.generator(i, "switches")
        least = batch["least_gain"][i]
        track(row, kappa[i], least, steps, noise, switches, batch.record_at[i], course[i], means[i])
    bad = ~np.isfinite(means).all(axis=1)
    return outputs(course, means) | ended(np.where(bad, batch["n_steps"], -1))
