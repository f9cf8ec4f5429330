"""From overlaps to what is observed: read by simulation and theory alike."""

import math

import numpy as np
import numpy.typing as npt


def angle(overlap: float) -> float:
    """arccos(overlap)/pi: how often two networks of sign outputs disagree, clipped to [-1, 1]."""
    return math.acos(min(max(overlap, -1.0), 1.0)) / math.pi


def angles(overlaps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """``angle`` of each, (rows,); bits do not depend on how many there are."""
    return np.array([angle(overlap) for overlap in overlaps.tolist()])
