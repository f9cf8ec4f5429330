"""Updates of a linear denoiser on one sample at a level each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, prepared, stacked
from toysim.jit import kernel
from toysim.models.curriculum.denoising.problem import KEPT, features, levels, stages, variances
from toysim.numerics.normals import fill_normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Levels of the stages, their numbers and ends, phi, A, variances and the rate.
Known = tuple[Ints, Ints, Ints, Array, Array, Array, float]

ESCAPED = 1e12
BLOCK = 16_384  # numbers drawn at once


@kernel
def level_losses(theta: Array, phi: Array, kept: Array, data: Array, out: Array) -> None:
    """sum_i [v (theta_i.phi)^2 - 2 sqrt(1 - A) theta_i.phi + 1]/2 at every level, ``out`` (L,)."""
    for level in range(len(phi)):
        out[level] = 0.0
        for i in range(len(theta)):
            v = kept[level] * data[i] + 1.0 - kept[level]
            weight = 0.0
            for k in range(theta.shape[1]):
                weight += theta[i, k] * phi[level, k]
            out[level] += 0.5 * (v * weight * weight + 1.0) - np.sqrt(1.0 - kept[level]) * weight


@kernel
def descend(
    key: Any,
    stream: Any,
    picks: Any,
    drawn: Ints,
    sizes: Ints,
    ends: Ints,
    phi: Array,
    kept: Array,
    data: Array,
    eta: float,
    keep_at: Ints,
    used: Ints,
    room: Floats,
    theta: Array,
    losses: Array,
    at_end: Array,
) -> int:
    """theta_i <- theta_i - eta (theta_i.phi x_i - eps_i) x_i phi at a level of the stage.

    ``phi`` (1000, K), ``kept`` A (1000,); ``drawn``: levels of the stages one after the other, of
    ``sizes`` until ``ends``; ``theta`` (d, K); ``losses`` (R,) at ``keep_at``, mean over the levels
    ``used``; ``at_end`` (L,): each. ``room`` (4, m) for a block of numbers, block k of the key from
    counter ``stream`` + k. Returns -1, or the update after which it escaped.
    """
    stage, first, record, n_modes = 0, 0, 0, len(theta)
    z, deviation = room.reshape(room.size), np.sqrt(data)
    drawn_here = z.size
    for n in range(ends[-1] + 1):
        while record < len(keep_at) and keep_at[record] == n:
            level_losses(theta, phi[used], kept[used], data, at_end)
            losses[record] = np.mean(at_end)
            record += 1
        if n == ends[-1]:
            break
        while n >= ends[stage]:
            first += sizes[stage]
            stage += 1
        t = drawn[first + picks.integers(0, sizes[stage])]
        signal, noise = np.sqrt(kept[t]), np.sqrt(1.0 - kept[t])
        if drawn_here + 2 * n_modes > z.size:
            fill_normals(key, stream, room)
            stream, drawn_here = stream + np.uint64(1), 0
        largest = 0.0
        for i in range(n_modes):
            eps = z[drawn_here + i]
            x = signal * deviation[i] * z[drawn_here + n_modes + i] + noise * eps
            weight = 0.0
            for k in range(theta.shape[1]):
                weight += theta[i, k] * phi[t, k]
            step = eta * (weight * x - eps) * x
            for k in range(theta.shape[1]):
                theta[i, k] -= step * phi[t, k]
            largest = max(largest, abs(step))
        drawn_here += 2 * n_modes
        if not largest < ESCAPED:
            return n
    level_losses(theta, phi[used], kept[used], data, at_end)
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row, known) for row, known in prepared(batch, _of_cell)])
    return rows | ended(rows.pop("failed_at"))


def _of_cell(row: Row) -> Known:
    """What ``descend`` is told of the levels and the data."""
    plan = stages(row.p)
    return (
        np.concatenate([stage.levels for stage in plan]),
        np.array([len(stage.levels) for stage in plan]),
        np.array([stage.end for stage in plan]),
        features(np.arange(len(KEPT)), row.p.n_features),
        KEPT,
        variances(row.p),
        row.p.learning_rate,
    )


def _row(row: Row, known: Known) -> Rows:
    p = row.p
    theta, losses = np.zeros((p.n_modes, p.n_features)), np.full(len(row.record_at), np.nan)
    at_end = np.full(p.n_levels_used, np.nan)
    words = row.generator("data").integers(2**64, size=2, dtype=np.uint64)
    block = min(BLOCK, 2 * p.n_modes * p.n_steps)
    failed_at = descend(
        words[0],
        words[1],
        row.generator("order"),
        *known,
        row.record_at,
        levels(p),
        np.empty((4, -(-max(block, 2 * p.n_modes) // 4)), np.float32),
        theta,
        losses,
        at_end,
    )
    return {"loss": losses, "loss_level": at_end, "failed_at": np.asarray(failed_at)}
