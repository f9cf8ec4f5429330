"""From overlaps to what is observed: read by simulation and theory alike."""

import math


def angle(overlap: float) -> float:
    """arccos(overlap)/pi: how often two networks of sign outputs disagree, clipped to [-1, 1]."""
    return math.acos(min(max(overlap, -1.0), 1.0)) / math.pi
