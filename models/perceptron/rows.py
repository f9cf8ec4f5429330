"""Solutions of single rows as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from toysim.model import Rows


def stacked(found: Sequence[Mapping[str, Any]]) -> Rows:
    """One array (n_rows, ...) a name, from one mapping a row."""
    return {name: np.array([row[name] for row in found]) for name in found[0]}
