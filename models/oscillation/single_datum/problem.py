"""What a row is given: where the strong output starts, and the weak output it is timed to reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.oscillation.single_datum.closed_forms import orbit, weak_limit

Array = npt.NDArray[np.float64]


def strong_start(batch: Batch) -> Array:
    """F (n_rows,) at the start: as given, or on the period-2 orbit."""
    with np.errstate(invalid="ignore"):
        low, _ = orbit(batch["gamma"])
    return np.where(batch["start"] == "orbit", low, batch["strong_start"])


def half_limit(batch: Batch) -> Array:
    """Half of V* (n_rows,), by which the acquisition time is defined; infinite without a V*."""
    limit = weak_limit(batch["gamma"], batch["weak_ratio"])
    return np.where(limit > 0.0, 0.5 * limit, np.inf)
