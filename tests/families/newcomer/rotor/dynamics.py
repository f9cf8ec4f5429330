"""Kernel and theory of the rotors."""

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import kernel


@kernel
def advance(frequencies, noise, n_steps, draws, angle):
    """angle <- angle + w_i + s z, over steps and rotors."""
    for i in range(len(angle)):
        for t in range(n_steps[i]):
            for k in range(frequencies.shape[1]):
                angle[i] += frequencies[i, k] + noise[i] * draws[i, t, k]


def simulate(batch: Batch) -> Rows:
    angle = np.zeros(len(batch))
    draws = batch.normal("noise", "n_steps", batch["frequencies"].shape[1])
    advance(batch["frequencies"], batch["noise"], batch["n_steps"], draws, angle)
    return {"angle": angle}


def theory(batch: Batch) -> Rows:
    return {"angle": batch["n_steps"] * batch["frequencies"].sum(axis=1)}
