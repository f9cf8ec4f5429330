"""From courses to observables; the records have the end behind them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows

Array = npt.NDArray[np.float64]


def with_end(batch: Batch) -> npt.NDArray[np.int64]:
    """Updates (n, R + 1) of the records and, last, of the end."""
    end = batch.model.clock.end(batch).astype(np.int64)  # type: ignore[union-attr]
    return np.append(batch.record_at, end[:, None], axis=1)


def outputs(course: Array, loss: Array, ends: Array) -> Rows:
    """Observables of overlap and rate (n, 2, R + 1), losses (n, R + 1), overlaps of tasks."""
    return {
        "overlap": course[:, 0, :-1],
        "effective_rate": course[:, 1, :-1],
        "excess_loss": loss[:, :-1],
        "final_excess": loss[:, -1],
        "task_end_overlap": ends,
    }
