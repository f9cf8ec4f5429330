"""From the losses of the sources to observables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def kept(stages: Ints, record_at: Ints) -> tuple[Ints, Ints, Ints]:
    """Updates (R + K,) at which losses are read, ascending: records and ends of stages; where the
    records and the ends stand among them.
    """
    every = np.concatenate([record_at, np.cumsum(stages)])
    order = np.argsort(every, kind="stable")
    place = np.argsort(order, kind="stable")
    return every[order], place[: len(record_at)], place[len(record_at) :]


def measured(losses: Array, records: Ints, ends: Ints) -> dict[str, Any]:
    """Observables from losses (R + K, K) at the updates ``kept``."""
    final = losses[ends[-1]]
    own = losses[ends, np.arange(len(ends))]
    return {
        "loss": losses[records].T,
        "final_loss": final,
        "forgetting": final - own,
        "mean_loss": np.asarray(final.mean()),
    }
