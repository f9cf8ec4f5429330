"""Observables of a walk from its position and the (mean) square of its height."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def updates_kept(batch: Batch) -> Ints:
    """Updates (n_rows, R + 2) at which rows are read: records, beginning of the decay, end."""
    end = batch["n_steps"]
    return np.column_stack([batch.record_at, end - batch["decay_steps"], end])


def measured(batch: Batch, position: Array, square: Array) -> Rows:
    """From positions and (mean) square heights (n_rows, R + 2) at ``updates_kept``."""
    hill = 0.5 * batch["curvature"][:, None] * square
    loss = hill - batch["river_slope"][:, None] * position
    with np.errstate(invalid="ignore"):  # both infinite far above the stable rate
        decay_gain = loss[:, -2] - loss[:, -1]
    courses = {"position": position, "hill_loss": hill, "loss": loss}
    at_records = {name: values[:, :-2] for name, values in courses.items()}
    at_end = {f"final_{name}": values[:, -1] for name, values in courses.items()}
    return {**at_records, **at_end, "decay_gain": decay_gain}
