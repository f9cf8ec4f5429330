"""The urns of a row: what both sides are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]

LEAST_CHANCE = 1e-12  # of a colour in an urn: smaller ones count as that, so that 1 - p is not 1


def urns(row: Row) -> Array:
    """Chances (V, D) of the colours in the urns of a row."""
    p = row.p
    if p.urn_shares:
        return two_colours(p.urn_shares)
    by = row
    if p.urn_set > 0:
        shared = ("urn_set", "n_tasks", "n_colours", "concentration")
        names = [name for name in shared if name in row.batch.model.parameters]
        by = Row(row.batch.take(np.array([row.index])).sharing(*names), 0)
    chances = by.generator("urns").dirichlet(np.full(p.n_colours, p.concentration), p.n_tasks)
    return np.ascontiguousarray(np.clip(chances, LEAST_CHANCE, 1.0 - LEAST_CHANCE).T)


def two_colours(shares: Any) -> Array:
    """Chances (2, D) of urns from those of the first colour."""
    first = np.clip(np.array(shares), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    return np.array([first, 1.0 - first])


def is_uniform(p: Any) -> bool:
    """Two colours whose chance is uniform: what closed forms are known for."""
    return bool(p.n_colours == 2 and p.concentration == 1.0)
