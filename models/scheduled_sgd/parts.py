"""Rows of a batch in parts that are computed together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows

Ints = npt.NDArray[np.int64]

OF_MODES = ("n_modes", "capacity_exponent", "signal_exponent", "spectrum", "condition_number")


def alike(batch: Batch, rows: Ints) -> Iterator[Ints]:
    """The given rows in groups (m,) of the same modes."""
    swept = [name for name in OF_MODES if name in batch.columns]
    if not swept:
        yield rows
        return
    found: dict[tuple[object, ...], list[int]] = {}
    of_rows = zip(*(batch[name][rows].tolist() for name in swept), strict=True)
    for row, values in zip(rows.tolist(), of_rows, strict=True):
        found.setdefault(values, []).append(row)
    yield from (np.array(members) for members in found.values())


def cells(batch: Batch) -> Iterator[tuple[Any, Ints]]:
    """Parameters that differ, each with its rows (m,)."""
    found: dict[Any, list[int]] = {}
    for row in batch.rows():
        found.setdefault(row.p, []).append(row.index)
    yield from ((p, np.array(members)) for p, members in found.items())


def scattered(parts: Sequence[tuple[Ints, Rows]]) -> Rows:
    """Rows of the parts put where they belong."""
    if len(parts) == 1:
        return parts[0][1]
    n = sum(len(rows) for rows, _ in parts)
    whole: Rows = {}
    for rows, told in parts:
        for name, values in told.items():
            whole.setdefault(name, np.empty((n, *values.shape[1:]), values.dtype))[rows] = values
    return whole
