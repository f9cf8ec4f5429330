"""What rows with several pathways are given: their deficits, and how unequal the pathways start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]


def deficit_windows(batch: Batch) -> Array:
    """Deficits (n, W, 3) of the rows: pathway, start, stop, in flow time."""
    start = batch["deficit_start"]
    deficit = np.stack(
        [batch["deficit_pathway"].astype(float), start, start + batch["deficit_length"]], axis=1
    )
    further = batch["windows"].reshape(len(batch), -1, 3)
    return np.concatenate([deficit[:, None, :], further], axis=1)


def imbalance(start_imbalance: Any, n_pathways: int) -> Array:
    """Factors (..., P) of the layers at the start, from 1 + d for the first pathway to 1 - d for
    the last, of d (...); 1 for a single pathway.
    """
    spread = np.linspace(1.0, -1.0, n_pathways) if n_pathways > 1 else np.zeros(1)
    return np.asarray(1.0 + np.multiply.outer(start_imbalance, spread))
