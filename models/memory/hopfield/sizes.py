"""Whole patterns at a load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def n_patterns(size: int, alpha: float) -> int:
    """P = alpha N, rounded, at least one."""
    return max(1, round(alpha * size))


def one_load(batch: Any) -> Mapping[str, Any]:
    """The loads that are run."""
    import numpy as np

    given = zip(batch["size"], batch["alpha"], strict=True)
    return {"alpha": np.array([n_patterns(int(n), float(a)) / n for n, a in given])}
