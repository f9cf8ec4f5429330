"""What both sides are given: the data, and which rows are deleted or added."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.numerics.draws import Words, normals_of_rows

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Data(NamedTuple):
    """Inputs (B, N, d) and labels (B, N) of several runs; rows S (m,) to delete, or, when ``new``,
    to add.
    """

    x: Array
    y: Array
    chosen: Ints
    new: bool


def data(p: Any, words: Words) -> Data:
    """Of runs with the parameters p, their words (B, 2) of the stream "data". N = n, and n + m
    where rows are added.
    """
    new = p.method == "add"
    if p.rows:
        chosen = np.array(p.deleted or range(p.n_deleted), np.int64)
        x, y = np.array(p.rows), np.array(p.labels)
        return Data(np.tile(x, (len(words), 1, 1)), np.tile(y, (len(words), 1)), chosen, new)
    n, d = p.n_samples + new * p.n_deleted, p.dimension
    numbers = d + n + n * d
    z = np.empty((len(words), numbers + numbers % 2))
    normals_of_rows(words, z)
    teacher, noise = z[:, :d] / np.sqrt(d), z[:, d : d + n]
    x = np.ascontiguousarray(z[:, d + n : numbers]).reshape(-1, n, d)
    if p.spectrum != 0.0:
        x = x * np.arange(1.0, d + 1.0) ** (-0.5 * p.spectrum)
    y = (x @ teacher[:, :, None])[:, :, 0] + np.sqrt(p.noise) * noise
    return Data(x, y, np.arange(p.n_deleted), new)
