"""The walk, step by step."""

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import kernel


@kernel
def walk(drift, n_steps, draws, position):
    """x <- x + v + z; draws (rows, steps), the others (rows,)."""
    for i in range(len(drift)):
        x = 0.0
        for t in range(n_steps[i]):
            x += drift[i] + draws[i, t]
        position[i] = x


def simulate(batch: Batch) -> Rows:
    """The walks of a batch, one a row."""
    position = np.empty(len(batch))
    walk(batch["drift"], batch["n_steps"], batch.normal("steps", "n_steps"), position)
    return {"position": position, "square": (position - batch["n_steps"] * batch["drift"]) ** 2}
