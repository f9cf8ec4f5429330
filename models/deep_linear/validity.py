"""Rows predicted one by one, where theory does not hold for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from toysim.batch import Rows


def stacked_where_valid(rows: Sequence[Rows | None]) -> Rows:
    """Arrays (n_rows, ...) and ``valid``, NaN where a row is None: outside validity."""
    stacked: Rows = {"valid": np.array([row is not None for row in rows])}
    for i, row in enumerate(rows):
        for name, value in (row or {}).items():
            empty = np.full((len(rows), *np.shape(value)), np.nan)
            stacked.setdefault(name, empty)[i] = value
    return stacked
