"""The concentrations of a row's sequences, in their order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]


def concentrations(row: Row) -> Array:
    """c (T,)."""
    p = row.p
    c = np.linspace(p.concentration_low, p.concentration_high, p.n_sequences)
    if p.order == "high_first":
        return c[::-1].copy()
    if p.order == "low_first":
        return c
    shared = row.batch.take(np.array([row.index])).sharing("shuffle", "n_sequences")
    return shared.generator(0, "order").permutation(c)


def mean_loss(c: Array, d: int, along: Array, across: Array) -> Array:
    """Half the mean over c of (c + s) P + s Q, s = (1 - c)/d."""
    s = (1.0 - c) / d
    return np.asarray(0.5 * ((c + s).mean() * along + s.mean() * across))
