"""The urns of the rows: what both sides are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row

Array = npt.NDArray[np.float64]

OF_SET = ("urn_set", "n_tasks", "n_colours", "concentration")  # beside the root seed
LEAST_CHANCE = 1e-12  # of a colour in an urn: smaller ones count as that, so that 1 - p is not 1


class Urns:
    """Urns of the rows of a batch; a numbered set is drawn once."""

    def __init__(self, batch: Batch) -> None:
        names = [name for name in OF_SET if name in batch.model.parameters]
        self._shared = batch.sharing(*names)
        self._known: dict[tuple[Any, ...], Array] = {}

    def of(self, row: Row) -> Array:
        """Chances (V, D) of the colours in the urns of a row."""
        p = row.p
        if p.urn_shares:
            return two_colours(p.urn_shares)
        if p.urn_set == 0:
            return drawn(p, row.generator("urns"))
        which = p.urn_set, p.n_tasks, p.n_colours, p.concentration
        if which not in self._known:
            self._known[which] = drawn(p, self._shared.generator(row.index, "urns"))
        return self._known[which]


def drawn(p: Any, rng: np.random.Generator) -> Array:
    chances = rng.dirichlet(np.full(p.n_colours, p.concentration), p.n_tasks)
    return np.ascontiguousarray(np.clip(chances, LEAST_CHANCE, 1.0 - LEAST_CHANCE).T)


def two_colours(shares: Any) -> Array:
    """Chances (2, D) of urns from those of the first colour."""
    first = np.clip(np.array(shares), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    return np.array([first, 1.0 - first])


def is_uniform(p: Any) -> bool:
    """Two colours whose chance is uniform: what closed forms are known for."""
    return bool(p.n_colours == 2 and p.concentration == 1.0)
