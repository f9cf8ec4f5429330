"""Which cells of a request a store has already: matched by the bits of their axis values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import CLOSEST, joint_codes
from toysim.errors import StoreError
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
        for name, column in zip(d.values, both, strict=True):
            _refuse_near_misses(name, column)
        codes = joint_codes(both)
        base = int(codes.max()) + 1
        stored_code = stored_code * base + codes[: len(filled)]
        request_code = request_code * base + codes[len(filled) :][level]
    order = np.argsort(stored_code, kind="stable")
    place = np.searchsorted(stored_code[order], request_code)
    place = np.minimum(place, len(order) - 1)
    found = stored_code[order][place] == request_code
    return np.where(found, filled[order][place], -1)


def _refuse_near_misses(name: str, column: npt.NDArray[Any]) -> None:
    """A new value within 1e-12 of a stored one, yet of other bits, is a slip of arithmetic, not a
    new cell.
    """
    if column.dtype.kind != "f" or column.ndim > 1:
        return
    values = np.unique(column)
    near = np.diff(values) <= CLOSEST * np.maximum(np.abs(values[1:]), np.abs(values[:-1]))
    if near.any():
        i = int(np.argmax(near))
        raise StoreError(
            f"{name} = {float(values[i])!r} and {float(values[i + 1])!r} are closer than 1e-12 "
            "but not equal; "
            f"use the value that the store has already"
        )
