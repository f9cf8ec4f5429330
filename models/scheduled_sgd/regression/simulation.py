"""Scheduled least squares simulated: every sample of every minibatch drawn afresh."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.regression.problem import rows_and_rates
from toysim.numerics.least_squares import LANES, padded
from toysim.numerics.normals import fill_normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once: they stay in the cache
ESCAPED = 1e12  # times the start: a squared residual that does not come back


@kernel
def gradient(
    delta: Array, deviation: float, x: Floats, begin: int, gathered: Array, room: Array
) -> float:
    """Adds one sample's x (x . delta - deviation z) to ``gathered`` (n,), and returns the residual.

    ``x`` from ``begin`` on: d inputs, then z. ``delta`` and ``gathered`` go on with lanes of no
    effect.
    """
    for lane in range(LANES):
        room[lane] = 0.0
    for first in range(0, len(delta), LANES):
        for lane in range(LANES):
            room[lane] += x[begin + first + lane] * delta[first + lane]
    residual = np.sum(room) - deviation
    for i in range(len(delta)):
        gathered[i] += residual * x[begin + i]
    return float(residual)


@kernel
def descend(
    key: Any,
    stream: Any,
    delta: Array,
    target: Array,
    h: Array,
    d: int,
    batch: int,
    noise: float,
    beta: float,
    decay: float,
    rates: Array,
    keep_at: Ints,
    z: Floats,
    loss: Array,
    square: Array,
) -> int:
    """One row of minibatch SGD on d modes, in units u = sqrt(h) w that make all inputs alike:

        g = mean of x (x . delta - s z) over B samples,  x, z ~ N(0, 1)
        v <- beta v - eta_t (h g + lambda (delta + target)),   delta <- delta + v

    ``delta``, ``target``, ``h`` (n,), padded; delta is overwritten by the end. ``rates`` (T,).
    ``z`` (4, m) is room for a block of numbers, block k of the key from counter ``stream`` + k.
    ``loss`` and ``square``, |g|^2 of the update that follows, (R,) at ``keep_at``, ascending.
    Returns -1, or the update before which a residual left the finite numbers.
    """
    x, wide = z.reshape(z.size), d + 1
    held = max(1, (len(x) - LANES) // wide)
    v, g, room = np.zeros_like(delta), np.empty_like(delta), np.empty(LANES)
    deviation, kept, used = np.sqrt(noise), 0, held
    limit = ESCAPED * (1.0 + noise + np.sum(delta * delta))
    for t in range(len(rates) + 1):
        first = kept
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum(delta * delta)
            kept += 1
        g[:] = 0.0
        residual = 0.0
        for _ in range(batch):
            if used == held:
                fill_normals(key, stream, z)
                stream, used = stream + np.uint64(1), 0
            begin = used * wide
            residual = gradient(delta, deviation * x[begin + d], x, begin, g, room)
            used += 1
        g /= batch
        if first < kept:
            square[first:kept] = np.sum(h * g * g)
        if not residual * residual < limit:
            return t
        if t < len(rates):
            for i in range(len(delta)):
                pull = h[i] * g[i] + decay * (delta[i] + target[i])
                v[i] = beta * v[i] - rates[t] * pull
                delta[i] += v[i]
    return -1


def run(row: Row, rates: Array) -> Rows:
    """Every observable of one row."""
    p = row.p
    h, signal = modes(p)
    delta, d = -np.sqrt(padded(signal)), p.n_modes
    target = -delta
    held = max(1, BLOCK // (d + 1))
    z = np.empty((4, -(-(held * (d + 1) + LANES) // 4)), np.float32)
    keep_at = np.append(row.record_at, p.n_steps)
    loss, square = np.full((2, len(keep_at)), np.nan)
    key, stream = row.generator("inputs").integers(2**64, size=2, dtype=np.uint64)
    sgd = (p.batch_size, p.label_noise, p.momentum, p.weight_decay)
    failed_at = descend(
        key, stream, delta, target, padded(h), d, *sgd, rates, keep_at, z, loss, square
    )
    return {
        "loss": loss[:-1],
        "final_loss": loss[-1],
        "mode_loss": 0.5 * delta[:d] ** 2,
        "gradient_square": square[:-1],
        "rate": rates[np.minimum(row.record_at, p.n_steps - 1)],
        "failed_at": failed_at,
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([run(row, rates) for row, rates in rows_and_rates(batch)])
    return rows | ended(rows.pop("failed_at"))
