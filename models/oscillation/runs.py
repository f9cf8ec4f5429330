"""When runs of several models are read, and when they are given up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

ESCAPED = 1e12  # a value beyond this does not come back


def records_and_end(batch: Batch) -> npt.NDArray[np.int64]:
    """Updates (n_rows, R + 1) of the records and, last, of the end; ascending."""
    return np.append(batch.record_at, batch["n_steps"][:, None], axis=1)
