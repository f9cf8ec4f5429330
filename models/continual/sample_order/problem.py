"""What both sides are given: the samples and the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]

# What a data set that replicas share depends on, beside the root seed.
OF_DATA = ("data_draw", "n_samples", "dimension")


class Data(NamedTuple):
    """Inputs (n, d), their labels' noise (n,), and delta at the start (d,)."""

    x: Array
    noise: Array
    start: Array


def data(batch: Batch) -> Iterator[Data]:
    """The data of every row: its own, or the numbered one."""
    shared = batch.sharing(*OF_DATA)
    for i, row in enumerate(batch.rows()):
        p = row.p
        source = batch if p.data_draw < 0 else shared
        draws = source.generator(i, "data").standard_normal((p.n_samples + 1, p.dimension + 1))
        x = draws[:-1, :-1] * np.arange(1.0, p.dimension + 1.0) ** (-0.5 * p.spectrum)
        start = draws[-1, :-1] * (p.start_distance / np.linalg.norm(draws[-1, :-1]))
        yield Data(x, np.sqrt(p.noise) * draws[:-1, -1], start)
