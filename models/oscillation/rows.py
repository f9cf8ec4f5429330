"""What rows of several models have in common: their records and their learning rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.numerics.schedules import learning_rates

Ints = npt.NDArray[np.int64]

ESCAPED = 1e12  # a value beyond this does not come back


def record_updates(n_steps: Ints, n_records: int) -> Ints:
    """Updates (n, R) evenly over [0, n_steps], to the nearest, both ends included; the end alone if
    R = 1.
    """
    fractions = np.linspace(0.0, 1.0, n_records) if n_records != 1 else np.ones(1)
    return np.rint(n_steps[:, None] * fractions).astype(np.int64)


def records_of(batch: Batch) -> Ints:
    """Updates (n, R) at which the rows of ``batch`` are recorded; they all have as many records as
    the first.
    """
    return record_updates(batch["n_steps"], int(batch["n_records"][0]))


def rates_of(batch: Batch, i: int, schedule: str) -> npt.NDArray[np.float64]:
    """Learning rates (n_steps,) of row i."""
    values: tuple[Any, ...] = tuple(
        batch[name][i].item()
        for name in ("learning_rate", "n_steps", "warmup_steps", "decay_steps", "final_share")
    )
    return learning_rates(schedule, *values)
