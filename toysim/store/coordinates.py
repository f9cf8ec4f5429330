"""Axis values and record times of a store: written with each segment of cells, checked against
their digest before anything relies on them, and written again when they were lost.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.errors import StoreError
from toysim.model import Side
from toysim.plan import Sweep
from toysim.records import Clock
from toysim.store import matching
from toysim.store.schema import coordinate_chunk, encoded, recorded_on
from toysim.store.store import Store

Columns = dict[str, npt.NDArray[Any]]


def write_segment(store: Store, sweep: Sweep, new: npt.NDArray[np.int64]) -> None:
    """Axis values of the newest segment's cells, and their digest in the layout."""
    if len(new) == 0:
        return
    write(store, len(store.layout.cells) - 1, sweep.columns(new))
    store.layout.digests.append(digest_of(sweep.columns(new)))


def write(store: Store, segment: int, columns: Columns) -> None:
    """The coordinates of a segment, both sides, a few blocks at a time to keep memory flat."""
    start, stop = store.layout.cells[segment]
    size = coordinate_chunk(store.layout.block[0])
    before = sum(b - a for a, b in store.layout.cells[:segment])
    for first in range(start, stop, size):
        # A segment starts on a block, not on a coordinate chunk: the first piece may be rewritten.
        piece = slice(first, min(first + size, stop))
        here = {n: v[first - start : piece.stop - start] for n, v in columns.items()}
        numbers = np.arange(piece.start, piece.stop) - start + before
        for side in store.sides:
            _write_piece(store, side, piece, here, numbers)


def _write_piece(
    store: Store, side: Side, piece: slice, columns: Columns, numbers: npt.NDArray[np.int64]
) -> None:
    store.array(side, "cell")[piece] = numbers
    for name, values in columns.items():
        store.array(side, name)[piece] = encoded(store.model.parameters[name], values)
    clock = recorded_on(store.model, side, store.first_parameters)
    if clock:
        at = clock.as_coordinate(_batch(store, columns, len(numbers)).record_at)
        store.array(side, clock.name)[piece] = at


def _batch(store: Store, columns: Columns, n: int) -> Batch:
    seed = store.identity["seed"]
    return Batch.of_cells(store.model, columns, store.fixed, np.zeros(1, np.int64), n, seed)


def write_replicas(store: Store) -> None:
    """Replica numbers of every segment."""
    index = 0
    for a, b in store.layout.replicas:
        for side in store.sides:
            if store.model.per_replica(side):
                store.array(side, "replica")[a:b] = np.arange(index, index + b - a)
        index += b - a


def digest_of(columns: Columns) -> str:
    """Digest of the axis values of a segment."""
    content = hashlib.blake2b(digest_size=16)
    for name in sorted(columns):
        values = columns[name]
        text = values.dtype.kind == "U"
        plain = (
            "\0".join(values.tolist()).encode() if text else np.ascontiguousarray(values).tobytes()
        )
        content.update(name.encode() + b"\0" + plain)
    return content.hexdigest()


def refuse_damaged(store: Store) -> None:
    """Raise unless the coordinates of every segment are those that were written."""
    for side in store.sides:
        if damaged := damaged_segments(store, side):
            raise StoreError(
                f"{store.path} is damaged: coordinates of {side} (segment {damaged[0]}) are lost "
                f"or changed; run the same command with --repair to write them again"
            )


def damaged_segments(store: Store, side: Side) -> list[int]:
    """Segments whose axis values, numbers or record times on one side are not as written."""
    segments = range(len(store.layout.cells))
    return [k for k in segments if not _intact(store, side, k)]


def _intact(store: Store, side: Side, segment: int) -> bool:
    start, stop = store.layout.cells[segment]
    before = sum(b - a for a, b in store.layout.cells[:segment])
    numbers = np.arange(start, stop) - start + before
    try:
        same = np.array_equal(store.array(side, "cell")[start:stop], numbers)
        columns = store.columns(side, slice(start, stop))
    except (OSError, RuntimeError, ValueError, LookupError):
        return False
    if not same or digest_of(columns) != store.layout.digests[segment]:
        return False
    first = {name: column[0] for name, column in columns.items()}
    parameters = store.model.validate({**store.fixed, **first})
    clock = recorded_on(store.model, side, parameters)
    times = clock is None or _times_there(store, side, clock, start, stop)
    return times and _replicas_intact(store, side)


def _replicas_intact(store: Store, side: Side) -> bool:
    if not store.model.per_replica(side):
        return True
    filled = store.layout.filled(1)
    try:
        return np.array_equal(store.array(side, "replica")[:][filled], np.arange(len(filled)))
    except (OSError, RuntimeError, ValueError, LookupError):
        return False


def _times_there(store: Store, side: Side, clock: Clock, start: int, stop: int) -> bool:
    """Whether the files of record times are there: they follow from the axes, checked already."""
    return store.array(side, clock.name).holds_chunks(start, stop)


def mend(store: Store, sweep: Sweep) -> None:
    """Write damaged coordinates again: from the other side of the store, or from the sweep."""
    damaged = sorted({k for side in store.sides for k in damaged_segments(store, side)})
    for segment in damaged:
        columns = _from_a_side(store, segment) or _from_the_sweep(store, sweep, segment)
        if columns is None:
            raise StoreError(
                f"{store.path}: the axis values of cells {store.layout.cells[segment]} are lost, "
                f"and this sweep did not ask for them; repair with the sweep or preset that did"
            )
        write(store, segment, columns)
    if damaged:
        write_replicas(store)


def _from_a_side(store: Store, segment: int) -> Columns | None:
    start, stop = store.layout.cells[segment]
    for side in store.sides:
        try:
            columns = store.columns(side, slice(start, stop))
        except (OSError, RuntimeError, ValueError, LookupError):
            continue
        if digest_of(columns) == store.layout.digests[segment]:
            return columns
    return None


def _from_the_sweep(store: Store, sweep: Sweep, segment: int) -> Columns | None:
    """The sweep's cells that earlier segments do not hold, if they are those of the digest."""
    filled = store.layout.filled(0)
    earlier = filled[filled < store.layout.cells[segment][0]]
    cells = np.arange(sweep.n_cells)
    if len(earlier):
        have = store.columns(store.sides[0], slice(None))
        held = matching.positions(sweep, {n: v[earlier] for n, v in have.items()}, earlier)
        cells = np.flatnonzero(held < 0)
    columns = sweep.columns(cells)
    return columns if digest_of(columns) == store.layout.digests[segment] else None
