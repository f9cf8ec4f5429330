"""The inputs of a row's sequences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]

BLOCK = 1000  # sequences drawn at once


def inputs(row: Row) -> Iterator[Array]:
    """Blocks of inputs (n, K, d), in the sequences' order."""
    p, by = row.p, row
    if p.input_set > 0:
        names = ("input_set", "dim", "n_points")
        by = Row(row.batch.take(np.array([row.index])).sharing(*names), 0)
    rng = by.generator("inputs")
    for begin in range(0, p.n_sequences, BLOCK):
        n = min(BLOCK, p.n_sequences - begin)
        yield rng.standard_normal((n, p.n_points, p.dim))
