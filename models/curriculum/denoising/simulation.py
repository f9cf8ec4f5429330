"""Updates of a linear denoiser on one sample at a level each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.curriculum.denoising.problem import KEPT, features, levels, stages, variances
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12


@kernel
def level_losses(theta: Array, phi: Array, kept: Array, data: Array, out: Array) -> None:
    """sum_i [v (theta_i.phi)^2 - 2 sqrt(1 - A) theta_i.phi + 1]/2 at every level, ``out`` (L,)."""
    for level in range(len(phi)):
        out[level] = 0.0
        for i in range(len(theta)):
            v = kept[level] * data[i] + 1.0 - kept[level]
            weight = np.sum(theta[i] * phi[level])
            out[level] += 0.5 * (v * weight * weight + 1.0) - np.sqrt(1.0 - kept[level]) * weight


@kernel
def descend(
    samples: Any,
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
    theta: Array,
    losses: Array,
    at_end: Array,
) -> int:
    """theta_i <- theta_i - eta (theta_i.phi x_i - eps_i) x_i phi at a level of the stage.

    ``phi`` (1000, K), ``kept`` A (1000,); ``drawn``: levels of the stages one after the other, of
    ``sizes`` until ``ends``; ``theta`` (d, K); ``losses`` (R,) at ``keep_at``, mean over the levels
    ``used``; ``at_end`` (L,): each. Returns -1, or the update after which it escaped.
    """
    stage, first, record = 0, 0, 0
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
        largest = 0.0
        for i in range(len(theta)):
            eps = samples.standard_normal()
            x = signal * np.sqrt(data[i]) * samples.standard_normal() + noise * eps
            weight = 0.0
            for k in range(theta.shape[1]):
                weight += theta[i, k] * phi[t, k]
            step = eta * (weight * x - eps) * x
            for k in range(theta.shape[1]):
                theta[i, k] -= step * phi[t, k]
            largest = max(largest, abs(step))
        if not largest < ESCAPED:
            return n
    level_losses(theta, phi[used], kept[used], data, at_end)
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> Rows:
    p, plan = row.p, stages(row.p)
    theta, losses = np.zeros((p.n_modes, p.n_features)), np.full(len(row.record_at), np.nan)
    at_end = np.full(p.n_levels_used, np.nan)
    failed_at = descend(
        row.generator("data"),
        row.generator("order"),
        np.concatenate([stage.levels for stage in plan]),
        np.array([len(stage.levels) for stage in plan]),
        np.array([stage.end for stage in plan]),
        features(np.arange(len(KEPT)), p.n_features),
        KEPT,
        variances(p),
        p.learning_rate,
        row.record_at,
        levels(p),
        theta,
        losses,
        at_end,
    )
    return {"loss": losses, "loss_level": at_end, "failed_at": np.asarray(failed_at)}
