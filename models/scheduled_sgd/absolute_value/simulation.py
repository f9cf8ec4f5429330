"""Subgradient descent on |x|, all starts side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.scheduled import rates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def descend(x: Array, steps: Array, keep_at: Ints, farthest: Array) -> None:
    """x <- x - step_t sign x of all starts x (n,); ``steps`` (T,). ``farthest`` (R,): the largest
    |x| at ``keep_at``, ascending.
    """
    kept = 0
    for t in range(len(steps) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            farthest[kept] = np.max(np.abs(x))
            kept += 1
        if t < len(steps):
            for i in range(len(x)):
                step = steps[t] if x[i] > 0.0 else -steps[t]
                x[i] -= step if x[i] != 0.0 else 0.0


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    D, G, T = batch["distance"], batch["slope"], batch["n_steps"]
    at = np.append(batch.record_at, T[:, None], axis=1)
    farthest = np.empty(at.shape)
    for i, share in enumerate(rates(batch)):
        n = batch["n_starts"][i]
        starts = D[i] * np.arange(1.0, n + 1.0) / n
        descend(starts, share * (D[i] / np.sqrt(T[i])), at[i], farthest[i])
    loss = G[:, None] * farthest
    return {"loss": loss[:, :-1], "worst_loss": loss[:, -1], "bound": D * G / np.sqrt(T)}
