"""Descent of both layers, and informations by determinants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.deep_linear.information_plane.law import explained, outputs

Array = npt.NDArray[np.float64]


@kernel
def descend(
    w1: Array, w2: Array, task: Array, eta: float, end: float, at: Array, kept: Array
) -> None:
    """W1 <- W1 + eta W2' R, W2 <- W2 + eta R W1', R = S - W2 W1, overwritten. ``kept`` (R, H, d):
    the first layer at the flow times ``at``, linear between updates.
    """
    k = 0
    while k < len(at) and at[k] <= 0.0:
        kept[k] = w1
        k += 1
    for n in range(1, math.ceil(end / eta - 1e-9) + 1):
        r = task - w2 @ w1
        before = w1.copy()
        w1 += eta * (w2.T @ r)
        w2 += eta * (r @ before.T)
        t = n * eta
        while k < len(at) and at[k] <= t + 1e-9 * eta:
            share = (t - at[k]) / eta
            kept[k] = share * before + (1.0 - share) * w1
            k += 1


def orthogonal(rng: np.random.Generator, n: int, m: int) -> Array:
    """m orthonormal columns of n numbers."""
    return np.asarray(np.linalg.qr(rng.standard_normal((n, m)))[0])


def informations(w1: Array, task: Array, p: Any) -> tuple[float, float]:
    """I(X;T) and I(T;Y) from the covariances of T, Y and of both."""
    tau2, sy2 = p.reading_noise, p.label_noise
    h, d = w1.shape
    hidden = w1 @ w1.T + tau2 * np.eye(h)
    labels = task @ task.T + sy2 * np.eye(d)
    both = np.block([[hidden, w1 @ task.T], [task @ w1.T, labels]])
    logs = [float(np.linalg.slogdet(m)[1]) for m in (hidden, labels, both)]
    return 0.5 * (logs[0] - h * math.log(tau2)), 0.5 * (logs[0] + logs[1] - logs[2])


def observed(row: Row) -> Rows:
    """Every observable of a row, in random frames of inputs, hidden units and labels."""
    p, s = row.p, np.array(row.p.strengths)
    d, rng = len(s), row.generator("start")
    u, v, q = orthogonal(rng, d, d), orthogonal(rng, d, d), orthogonal(rng, p.width, d)
    task, root = (u * s) @ v.T, math.sqrt(p.start_strength)
    w1 = root * q @ v.T
    w2 = root * u @ q.T if p.readout == "balanced" else np.zeros((d, p.width))
    at = np.asarray(row.record_at)
    kept = np.empty((len(at), p.width, d))
    w1, w2, task = (np.ascontiguousarray(x) for x in (w1, w2, task))
    descend(w1, w2, task, p.learning_rate, p.duration, at, kept)
    found = np.array([informations(w, task, p) for w in kept]).reshape(-1, 2).T
    return outputs(found[0], found[1], explained(s, p.label_noise))


def simulate(batch: Batch) -> Rows:
    """Every row."""
    return stacked([observed(row) for row in batch.rows()])
