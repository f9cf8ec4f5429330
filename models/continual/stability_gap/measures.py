"""From residuals to observables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAST = 1e-24  # of the new task's loss at first: below, an old loss is rounding
RECOVERED = 1e-9  # of the largest old loss: what must be won back for it to have been a gap


def observed(kept: Array, losses: Array, residual: Array) -> dict[str, Array]:
    """Observables of residuals (2, P, R) at the records and the old losses (T+1,) after all steps;
    NaN where a run did not get there.
    """
    gap, time = largest(losses, 0.5 * float(np.sum(residual**2)))
    return {
        "old_residual": kept[0],
        "new_residual": kept[1],
        "old_loss": 0.5 * np.sum(kept[0] ** 2, axis=0),
        "new_loss": 0.5 * np.sum(kept[1] ** 2, axis=0),
        "gap": np.asarray(gap),
        "gap_time": np.asarray(time),
        "permanent_loss": losses[-1],
    }


def largest(losses: Array, size: float) -> tuple[float, float]:
    """Largest old loss, and the step at which it is reached; NaN where it is not won back."""
    if not np.isfinite(losses).all():
        return np.nan, np.nan
    at = int(np.argmax(losses))
    gap = float(losses[at])
    won_back = gap > LEAST * size and losses[-1] < (1.0 - RECOVERED) * gap
    return gap, float(at) if won_back else np.nan
