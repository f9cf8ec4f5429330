"""Each sample unlearned and relearned, update by update."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.numerics.normals import fill_normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once: they stay in the cache
ESCAPED = 1e12  # times the start and the noise: a loss that does not come back


@kernel
def descend(
    key: Any,
    stream: Any,
    delta: Array,
    deviation: Array,
    noise: float,
    eta: float,
    gamma: float,
    n_updates: int,
    keep_at: Ints,
    z: Floats,
    loss: Array,
) -> int:
    """delta <- delta + gamma x (x.delta - s xi), then delta <- delta - eta x (x.delta - s xi), with
    x = deviation z. delta (d,) overwritten; ``z`` (4, m) room for a block of numbers, block k of
    the key from counter ``stream`` + k; ``loss`` (R,) at ``keep_at``, ascending. Returns -1, or the
    update at which the loss escaped.
    """
    numbers, d = z.reshape(z.size), len(delta)
    held, used, kept = z.size // (d + 1), z.size, 0
    x, now = np.empty(d), 0.5 * np.sum((deviation * delta) ** 2)
    limit = ESCAPED * (now + noise * noise)
    for t in range(n_updates + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum((deviation * delta) ** 2)
            kept += 1
        if t == n_updates:
            break
        if used >= held:
            fill_normals(key, stream, z)
            stream, used = stream + np.uint64(1), 0
        own = numbers[used * (d + 1) : (used + 1) * (d + 1)]
        used += 1
        residual, square = -noise * own[d], 0.0
        for i in range(d):
            x[i] = deviation[i] * own[i]
            residual += x[i] * delta[i]
        for i in range(d):
            delta[i] += gamma * residual * x[i]
        again = -noise * own[d]
        for i in range(d):
            again += x[i] * delta[i]
        for i in range(d):
            delta[i] -= eta * again * x[i]
        square = residual * residual + again * again
        if not square < limit:
            return t
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    loss, failed_at = np.full(batch.record_at.shape, np.nan), np.empty(len(batch), np.int64)
    start, words = batch.normal("start", "dimension"), batch.words("data")
    for i, (key, stream) in enumerate(words):
        d = int(batch["dimension"][i])
        delta = start[i, :d] / np.sqrt(d)
        room = np.empty((4, -(-max(BLOCK, d + 1) // 4)), np.float32)
        failed_at[i] = descend(
            key,
            stream,
            delta,
            np.arange(1.0, d + 1.0) ** (-0.5 * batch["spectrum"][i]),
            np.sqrt(batch["noise"][i]),
            batch["learning_rate"][i],
            batch["unlearning_rate"][i],
            batch["n_updates"][i],
            batch.record_at[i],
            room,
            loss[i],
        )
    return {"loss": loss} | ended(failed_at)
