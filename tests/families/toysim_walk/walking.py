"""Kernel and theory of the random walk."""

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import kernel


@kernel
def walk(n_rounds, draws, weights, drift, noise, record_at, position, course):
    """x <- x + w_k (v + s z_k); draws (rows, rounds, weights), record_at and course (rows, R)."""
    for i in range(len(drift)):
        x, kept = 0.0, 0
        for t in range(n_rounds[i] + 1):
            while kept < record_at.shape[1] and record_at[i, kept] == t:
                course[i, kept] = x
                kept += 1
            if t < n_rounds[i]:
                for k in range(draws.shape[2]):
                    x += weights[i, k] * (drift[i] + noise[i] * draws[i, t, k])
        position[i] = x


def simulate(batch: Batch) -> Rows:
    weights, record_at = batch["weights"], batch.record_at
    draws = batch.normal("steps", "n_rounds", weights.shape[1])
    x, course = np.empty(len(batch)), np.full(record_at.shape, np.nan)
    walk(batch["n_rounds"], draws, weights, batch["drift"], batch["noise"], record_at, x, course)
    return {"position": x, "square": x**2, "course": course}


def theory(batch: Batch) -> Rows:
    """Mean n v W, and the second moment of the position."""
    total, squares = batch["weights"].sum(axis=1), (batch["weights"] ** 2).sum(axis=1)
    mean = batch["n_rounds"] * batch["drift"] * total
    return {
        "position": mean,
        "square": mean**2 + batch["n_rounds"] * batch["noise"] ** 2 * squares,
        "course": batch.record_at * (batch["drift"] * total)[:, None],
    }
