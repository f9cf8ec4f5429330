"""What both sides are given: the data, and which rows are deleted or added."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Data(NamedTuple):
    """Inputs (N, d) and labels (N,); rows S (m,) to delete, or, when ``new``, to add."""

    x: Array
    y: Array
    chosen: Ints
    new: bool


def data(row: Row) -> Data:
    """N = n, and n + m where rows are added."""
    p = row.p
    new = p.method == "add"
    if p.rows:
        chosen = np.array(p.deleted or range(p.n_deleted), np.int64)
        return Data(np.array(p.rows), np.array(p.labels), chosen, new)
    n, d, rng = p.n_samples + new * p.n_deleted, p.dimension, row.generator("data")
    teacher = rng.standard_normal(d) / np.sqrt(d)
    x = rng.standard_normal((n, d)) * np.arange(1.0, d + 1.0) ** (-0.5 * p.spectrum)
    y = x @ teacher + np.sqrt(p.noise) * rng.standard_normal(n)
    return Data(x, y, np.arange(p.n_deleted), new)
