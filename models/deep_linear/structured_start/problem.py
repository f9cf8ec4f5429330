"""What a row is given: singular values of the start and the task, in the start's own coordinates.

Rotations of inputs and of hidden units change nothing, so that the start is a diagonal matrix: its
rows are the first inputs, its columns the first hidden units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]


class Start(NamedTuple):
    """Singular values (r,), task in the row space (r,), and its norm outside."""

    singular: Array
    inside: Array
    outside: float

    @property
    def overlap(self) -> float:
        """Share of the task's square inside."""
        square = float(self.inside @ self.inside)
        return square / (square + self.outside**2)


def start_of(row: Row) -> Start:
    """Of a row, from its streams ``start`` and ``teacher``."""
    p = row.p
    if p.spectrum == "flat":
        singular = np.full(p.rank, p.start_norm / np.sqrt(p.rank))
    else:
        drawn = np.linalg.svd(row.normal("start", p.width, p.n_inputs), compute_uv=False)[: p.rank]
        singular = drawn * p.start_norm / np.linalg.norm(drawn)
    task = row.normal("teacher", p.n_inputs)
    inside, outside = task[: p.rank], float(np.linalg.norm(task[p.rank :]))
    if p.overlap >= 0.0:
        inside = inside * np.sqrt(p.overlap) / np.linalg.norm(inside)
        outside = np.sqrt(1.0 - p.overlap)
    scale = p.teacher_norm / np.hypot(np.linalg.norm(inside), outside)
    return Start(singular, inside * scale, float(outside * scale))
