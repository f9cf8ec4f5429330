"""Descent on the mean over prompts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.deep_linear.concepts.problem import LEARNED, covariances, start_layers

Array = npt.NDArray[np.float64]


@kernel
def look(w1: Array, w2: Array, sigma: Array, seen: Array) -> None:
    """``seen`` (4,): coordinates of both concepts, and their reach sqrt((W2 W2')_kk/sigma_k)."""
    for k in range(2):
        out, own = 0.0, 0.0
        for h in range(w1.shape[0]):
            out += w2[k, h] * w1[h, 0] * math.sqrt(2.0)
            own += w2[k, h] * w2[k, h]
        seen[k], seen[2 + k] = out / sigma[k], math.sqrt(own / sigma[k])


@kernel
def update(w1: Array, w2: Array, prompts: Array, images: Array, eta: float) -> None:
    """W1 <- W1 + eta W2' R, W2 <- W2 + eta R W1', R = S_yz - W2 W1 S_zz."""
    n, map_, r = w1.shape[0], np.zeros((2, 2)), np.empty((2, 2))
    for k in range(2):
        for h in range(n):
            for j in range(2):
                map_[k, j] += w2[k, h] * w1[h, j]
    for k in range(2):
        for j in range(2):
            r[k, j] = images[k, j] - map_[k, 0] * prompts[0, j] - map_[k, 1] * prompts[1, j]
    for h in range(n):
        a, b = w1[h, 0], w1[h, 1]
        for j in range(2):
            w1[h, j] += eta * (w2[0, h] * r[0, j] + w2[1, h] * r[1, j])
        for k in range(2):
            w2[k, h] += eta * (r[k, 0] * a + r[k, 1] * b)


@kernel
def descend(
    w1: Array,
    w2: Array,
    prompts: Array,
    images: Array,
    sigma: Array,
    eta: float,
    end: float,
    weak: int,
    at: Array,
    course: Array,
    times: Array,
    lowest: Array,
) -> float:
    """Descent of both layers, overwritten. ``course`` (4, R) at the flow times ``at``, linear
    between updates; ``times`` (4,): last upward passages of LEARNED, NaN of what ends below it;
    ``lowest`` (2,). Returns when the weak coordinate last passes 0 upwards.
    """
    now, before, kept, turn = np.empty(4), np.empty(4), 0, math.nan
    look(w1, w2, sigma, now)
    times[:], lowest[:] = np.nan, now[:2]
    while kept < len(at) and at[kept] <= 0.0:
        course[:, kept] = now
        kept += 1
    for n in range(1, math.ceil(end / eta - 1e-9) + 1):
        before[:] = now
        update(w1, w2, prompts, images, eta)
        look(w1, w2, sigma, now)
        t = n * eta
        while kept < len(at) and at[kept] <= t + 1e-9 * eta:
            course[:, kept] = now + (before - now) * (t - at[kept]) / eta
            kept += 1
        for i in range(4):
            if before[i] < LEARNED <= now[i]:
                times[i] = t - eta * (now[i] - LEARNED) / (now[i] - before[i])
            elif now[i] < LEARNED:
                times[i] = np.nan
        if before[weak] < 0.0 <= now[weak]:
            turn = t - eta * now[weak] / (now[weak] - before[weak])
        for k in range(2):
            lowest[k] = min(lowest[k], now[k])
    return turn


def observed(row: Row) -> dict[str, object]:
    """Every observable of a row."""
    p, sigma = row.p, np.array(row.p.signals)
    w1, w2 = (np.ascontiguousarray(w) for w in start_layers(row))
    at = np.asarray(row.record_at)
    course, times, lowest = np.full((4, len(at)), np.nan), np.empty(4), np.empty(2)
    step, weak = (p.learning_rate, p.duration), int(np.argmin(sigma))
    turn = descend(w1, w2, *covariances(p), sigma, *step, weak, at, course, times, lowest)
    return {
        "coordinate": course[:2],
        "latent_coordinate": course[2:],
        "learning_time": times[:2],
        "latent_time": times[2:],
        "lowest_coordinate": lowest,
        "turn_time": turn,
    }


def simulate(batch: Batch) -> Rows:
    """Every row."""
    return stacked([observed(row) for row in batch.rows()])
