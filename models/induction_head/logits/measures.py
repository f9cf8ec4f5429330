"""Crossing times of the nested logits, from a side's events to observables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.models.induction_head.crossings import LEFT, width

Array = npt.NDArray[np.float64]

BELOW = 1.0 - 1e-9  # of a level: what starts closer to it lies on it, and does not cross


def crossing_levels(n_labels: npt.NDArray[Any]) -> Array:
    """p(right) (n, 4) whose first passings are told: 0.1, 0.5, 0.9, and where the loss has left
    log L; n_labels (n,).
    """
    levels = np.empty((len(n_labels), 4))
    levels[:, :3], levels[:, 3] = (0.1, 0.5, 0.9), math.exp(LEFT) / n_labels
    return levels


def crossing_rows(crossings: Array) -> Rows:
    """Observables of the crossing times (n, 4); NaN if not yet."""
    t10, t50, t90, leave = crossings.T
    names = {"t10": t10, "t50": t50, "t90": t90, "leave_time": leave}
    return {**names, "width": width(t10, t50, t90)}
