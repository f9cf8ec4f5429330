"""Which cells of a request a store has already: values within 1e-12 are one, the stored one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import CLOSEST, joint_codes
from toysim.plan import Sweep

Columns = dict[str, npt.NDArray[Any]]


def positions(
    sweep: Sweep, stored: Columns, filled: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each cell of the sweep its position in the store, -1 where it is new.

    ``stored`` holds the axis values at the ``filled`` positions.
    """
    if not sweep.dimensions:
        return np.array([filled[0]])
    request_code = np.zeros(sweep.n_cells, np.int64)
    stored_code = np.zeros(len(filled), np.int64)
    levels = sweep.levels(np.arange(sweep.n_cells))
    for d, level in zip(sweep.dimensions, levels, strict=True):
        both = [np.concatenate([stored[name], values]) for name, values in d.values.items()]
        codes = joint_codes(both)
        base = int(codes.max()) + 1
        stored_code = stored_code * base + codes[: len(filled)]
        request_code = request_code * base + codes[len(filled) :][level]
    order = np.argsort(stored_code, kind="stable")
    place = np.searchsorted(stored_code[order], request_code)
    place = np.minimum(place, len(order) - 1)
    found = stored_code[order][place] == request_code
    return np.where(found, filled[order][place], -1)


def as_stored(sweep: Sweep, stored: Columns) -> Sweep:
    """The sweep with the values that a store has already in place of those within 1e-12 of them:
    they differ by a slip of arithmetic.
    """
    dimensions = tuple(
        replace(d, values={n: _snapped(v, stored[n]) for n, v in d.values.items()})
        for d in sweep.dimensions
    )
    return replace(sweep, dimensions=dimensions)


def _snapped(values: npt.NDArray[Any], stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype.kind != "f" or values.ndim > 1 or len(stored) == 0:
        return values
    known = np.unique(stored)
    above = np.minimum(np.searchsorted(known, values), len(known) - 1)
    result = values.copy()
    for neighbour in (known[np.maximum(above - 1, 0)], known[above]):
        size = np.maximum(np.abs(neighbour), np.abs(values))
        near = np.abs(neighbour - values) <= CLOSEST * size
        result[near] = neighbour[near]
    return result
