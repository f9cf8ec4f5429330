"""Observables of a walk from its position and the (mean) square of its height."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.oscillation.runs import ascending

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def updates_kept(batch: Batch) -> tuple[Ints, ...]:
    """Updates (n_rows, R + 2) at which rows are read, ascending; where the records, the beginning
    of the decay and the end stand among them.
    """
    end = batch["n_steps"]
    return ascending(batch.record_at, end - batch["decay_steps"], end)


def measured(batch: Batch, place: Ints, position: Array, square: Array) -> Rows:
    """From positions and (mean) square heights (n_rows, R + 2) at ``updates_kept``."""
    rows = np.arange(len(batch))[:, None]
    position, square = position[rows, place], square[rows, place]
    hill = 0.5 * batch["curvature"][:, None] * square
    loss = hill - batch["river_slope"][:, None] * position
    courses = {"position": position, "hill_loss": hill, "loss": loss}
    with np.errstate(invalid="ignore"):  # both infinite far above the stable rate
        decay_gain = courses["loss"][:, -2] - courses["loss"][:, -1]
    at_records = {name: values[:, :-2] for name, values in courses.items()}
    at_end = {f"final_{name}": values[:, -1] for name, values in courses.items()}
    return {**at_records, **at_end, "decay_gain": decay_gain}
