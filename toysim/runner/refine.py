"""Refinement planned: once a sweep's rows are there, which of them run again at smaller steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.store.refinement import make_place, needs_refinement
from toysim.store.store import Store


def plan_refinement(store: Store, request: str, again: bool = False) -> None:
    """Make a place for the rows of a store that are to be refined; call it with the store locked,
    after ``request`` has run. A request that has been planned is not, unless ``again``.
    """
    if len(store.sides) < 2 or not needs_refinement(store.model):
        return
    if again or request not in store.refined_rows.requests:
        from toysim.store.dataset import read_tree  # xarray loads where there is something to plan
        from toysim.store.sides import Sides

        sides = Sides.of(read_tree(store))
        make_place(store, _places(store, sides.chosen.refine, sides.n_replicas), request)


def _places(store: Store, rows: npt.NDArray[np.int64], n_replicas: int) -> list[list[int]]:
    """Rows of the grid as (cell, replica) positions of the store."""
    from toysim.store.grid import grid_of

    cell_of_place = np.argsort(grid_of(store).place)
    cells = store.layout.filled(0)[cell_of_place[rows // n_replicas]]
    replicas = store.layout.filled(1)[rows % n_replicas]
    return [[int(cell), int(replica)] for cell, replica in zip(cells, replicas, strict=True)]
