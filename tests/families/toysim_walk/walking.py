"""Kernel and theory of the random walk."""

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import kernel


@kernel
def walk(draws, weights, drift, noise, position, course):
    """x <- x + w_k (v + s z_k); draws (rows, rounds, weights), course (rows, records)."""
    for i in range(len(drift)):
        x = 0.0
        rounds = draws.shape[1]
        for t in range(rounds):
            for k in range(draws.shape[2]):
                x += weights[i, k] * (drift[i] + noise[i] * draws[i, t, k])
            for r in range(course.shape[1]):
                if (r + 1) * rounds // course.shape[1] == t + 1:
                    course[i, r] = x
        position[i] = x


def simulate(batch: Batch) -> Rows:
    """Rows of one number of rounds at a time: draws are rectangular."""
    n = len(batch)
    position, course = np.empty(n), np.empty((n, int(batch.fixed["n_records"])))
    for rounds in np.unique(batch["n_rounds"]):
        rows = np.flatnonzero(batch["n_rounds"] == rounds)
        few = batch.take(rows)
        draws = few.normal("steps", int(rounds), few["weights"].shape[1])
        x, c = np.empty(len(few)), np.full((len(few), course.shape[1]), np.nan)
        walk(draws, few["weights"], few["drift"], few["noise"], x, c)
        position[rows], course[rows] = x, c
    return {"position": position, "square": position**2, "course": course}


def theory(batch: Batch) -> Rows:
    """Mean n v W, second moment of position; the course where rounds divide evenly."""
    total, squares = batch["weights"].sum(axis=1), (batch["weights"] ** 2).sum(axis=1)
    mean = batch["n_rounds"] * batch["drift"] * total
    records = int(batch.fixed["n_records"])
    rounds = (np.arange(1, records + 1) * batch["n_rounds"][:, None]) // max(records, 1)
    return {
        "position": mean,
        "square": mean**2 + batch["n_rounds"] * batch["noise"] ** 2 * squares,
        "course": rounds * (batch["drift"] * total)[:, None],
    }
