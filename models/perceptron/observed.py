"""What samplers hand back: one array a name, and the error that an overlap stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from toysim.model import Rows


def columns(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """One array for every name, from one mapping for every row."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def angle(overlap: float) -> float:
    """arccos(overlap)/pi: how often two networks of sign outputs disagree."""
    return math.acos(min(max(overlap, -1.0), 1.0)) / math.pi
