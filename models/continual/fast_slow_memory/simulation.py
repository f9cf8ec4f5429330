"""The traces, step by step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.continual.fast_slow_memory.problem import ladder

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def follow(
    decays: Array, feeds: Array, gain: float, exposures: Ints, keep_at: Ints, strength: Array
) -> None:
    """x_0 <- r_0 x_0, x_l <- r_l x_l + k_l x_{l-1}, then x_0 <- x_0 + a (1 - x_0) at an exposure.

    ``decays``, ``feeds`` (L,); ``exposures`` (E,) and ``keep_at`` (R,) steps, rising; ``strength``
    (R,) is the sum of x after these.
    """
    x = np.zeros(len(decays))
    exposed, kept = 0, 0
    for t in range(keep_at[-1] + 1):
        x[0] *= decays[0]
        for level in range(1, len(x)):
            x[level] = decays[level] * x[level] + feeds[level] * x[level - 1]
        if exposed < len(exposures) and exposures[exposed] == t:
            x[0] += gain * (1.0 - x[0])
            exposed += 1
        while kept < len(keep_at) and keep_at[kept] == t:
            strength[kept] = np.sum(x)
            kept += 1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    strength = np.empty((len(batch), batch.record_at.shape[1] + 1))
    for i, row in enumerate(batch.rows()):
        keep_at = np.append(row.record_at, row.p.end).astype(np.int64)
        exposures = np.array(row.p.exposures, np.int64)
        follow(*ladder(row.p), row.p.gain, exposures, keep_at, strength[i])
    return {"strength": strength[:, :-1], "final_strength": strength[:, -1]}
