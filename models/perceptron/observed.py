"""The error that an overlap stands for."""

import math


def angle(overlap: float) -> float:
    """arccos(overlap)/pi: how often two networks of sign outputs disagree."""
    return math.acos(min(max(overlap, -1.0), 1.0)) / math.pi
