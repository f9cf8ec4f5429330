"""When runs of several models are read, and when they are given up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

ESCAPED = 1e12  # a value beyond this does not come back


def records_and_end(batch: Batch) -> npt.NDArray[np.int64]:
    """Updates (n_rows, R + 1) of the records and, last, of the end; ascending."""
    return np.append(batch.record_at, batch["n_steps"][:, None], axis=1)


def ascending(*updates: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    """Columns of updates, (n_rows,) or (n_rows, R), side by side and sorted in every row, and where
    each then stands: both (n_rows, sum of columns).
    """
    at = np.column_stack(updates)
    order = np.argsort(at, axis=1, kind="stable")
    return at[np.arange(len(at))[:, None], order], np.argsort(order, axis=1)
