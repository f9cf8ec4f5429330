"""What rows with several pathways are given: their deficits, and how unequal the pathways start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import borrowing

Array = npt.NDArray[np.float64]


def deficit_windows(batch: Batch) -> Array:
    """Deficits (n, W, 3) of the rows: pathway, start, stop, in flow time."""
    further = batch["windows"].reshape(len(batch), -1, 3)
    windows = np.empty((len(batch), 1 + further.shape[1], 3))
    fill_windows(
        batch["deficit_pathway"],
        batch["deficit_start"],
        batch["deficit_length"],
        further,
        windows,
    )
    return windows


@borrowing
def fill_windows(
    pathway: npt.NDArray[np.int64], start: Array, length: Array, further: Array, windows: Array
) -> None:
    """The deficit (n,) and further ones (n, W - 1, 3) into ``windows`` (n, W, 3)."""
    for i in range(len(windows)):
        windows[i, 0, 0], windows[i, 0, 1] = pathway[i], start[i]
        windows[i, 0, 2] = start[i] + length[i]
        for w in range(further.shape[1]):
            for k in range(3):
                windows[i, 1 + w, k] = further[i, w, k]


def imbalance(start_imbalance: Any, n_pathways: int) -> Array:
    """Factors (..., P) of the layers at the start, from 1 + d for the first pathway to 1 - d for
    the last, of d (...); 1 for a single pathway.
    """
    return np.asarray(1.0 + np.multiply.outer(start_imbalance, spread(n_pathways)))


def spread(n_pathways: int) -> Array:
    """Of the pathways (P,), evenly from 1 to -1; 0 for a single one."""
    return np.linspace(1.0, -1.0, n_pathways) if n_pathways > 1 else np.zeros(1)
