"""What the rows of a store depend on: axis values, replica numbers, record times, array inputs.

Written with the store and each segment of cells, checked before anything relies on them, and
written again when they were lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.errors import StoreError
from toysim.model import Side
from toysim.plan import Sweep
from toysim.store import matching
from toysim.store.schema import coordinate_chunk, encoded, inner_dimensions, recorded_on
from toysim.store.store import INPUTS, Store

Columns = dict[str, npt.NDArray[Any]]
RUN = 2**17  # cells that are checked at a time
UNREADABLE = (OSError, RuntimeError, ValueError, LookupError)


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


def write_inputs(store: Store, sweep: Sweep) -> None:
    """Fixed parameters that are arrays: the identity has their digests only."""
    for name in store.inputs:
        values = np.asarray(sweep.fixed[name], sweep.model.parameters[name].dtype)
        store.array(INPUTS, name)[...] = values


def write_inner(store: Store, side: Side) -> None:
    """Numbers along the dimensions of the observables."""
    for name in inner_dimensions(store.model, side):
        array = store.array(side, name)
        array[...] = np.arange(*array.shape)


def digest_of(columns: Columns) -> str:
    """Digest of the axis values of a segment."""
    return _digest((name, [columns[name]]) for name in sorted(columns))


def _stored_digest(store: Store, side: Side, start: int, stop: int) -> str:
    """The same of what is stored, a run of cells at a time: fresh memory costs more than that."""
    return _digest(
        (name, (store.column(side, name, run) for run in _runs(start, stop)))
        for name in sorted(store.axes)
    )


def _digest(columns: Iterable[tuple[str, Iterable[npt.NDArray[Any]]]]) -> str:
    content = hashlib.blake2b(digest_size=16)
    for name, parts in columns:
        content.update(name.encode())
        for k, values in enumerate(parts):
            if values.dtype.kind == "U":
                content.update(("\0" + "\0".join(values.tolist())).encode())
            else:
                content.update(b"" if k else b"\0")
                content.update(np.ascontiguousarray(values).ravel().data)
    return content.hexdigest()


def _runs(start: int, stop: int) -> Iterator[slice]:
    for first in range(start, stop, RUN):
        yield slice(first, min(first + RUN, stop))


def refuse_damaged(store: Store, sides: tuple[Side, ...]) -> None:
    """Raise unless all that rows of these sides depend on is as it was written; array inputs are
    checked where they are read.
    """
    if damaged := next(_damaged_sides(store, sides), None):
        raise StoreError(
            f"{store.path} is damaged: {damaged} are lost or changed; run the same command with "
            "--repair to write them again"
        )


def _damaged_sides(store: Store, sides: tuple[Side, ...]) -> Iterator[str]:
    for side in sides:
        for segment in damaged_segments(store, side):
            yield f"coordinates of {side} (segment {segment})"
        if not _indices_intact(store, side):
            yield f"coordinates of {side} (numbers of replicas and dimensions)"


def damaged_segments(store: Store, side: Side) -> list[int]:
    """Segments whose axis values, numbers or record times on one side are not as written."""
    segments = range(len(store.layout.cells))
    return [k for k in segments if not _intact(store, side, k)]


def _intact(store: Store, side: Side, segment: int) -> bool:
    start, stop = store.layout.cells[segment]
    before = sum(b - a for a, b in store.layout.cells[:segment])
    cell = store.array(side, "cell")
    try:
        for run in _runs(start, stop):
            numbers = np.arange(run.start, run.stop) - start + before
            if not np.array_equal(cell[run], numbers):
                return False
        if _stored_digest(store, side, start, stop) != store.layout.digests[segment]:
            return False
        first = {n: v[0] for n, v in store.columns(side, slice(start, start + 1)).items()}
    except UNREADABLE:
        return False
    clock = recorded_on(store.model, side, store.model.validate({**store.fixed, **first}))
    return clock is None or store.array(side, clock.name).intact(start, stop)


def _indices_intact(store: Store, side: Side) -> bool:
    try:
        for name in inner_dimensions(store.model, side):
            array = store.array(side, name)
            if not np.array_equal(array[...], np.arange(*array.shape)):
                return False
        if store.model.per_replica(side):
            filled = store.layout.filled(1)
            numbers = store.array(side, "replica")[:][filled]
            return np.array_equal(numbers, np.arange(len(filled)))
    except UNREADABLE:
        return False
    return True


def mend(store: Store, sweep: Sweep) -> None:
    """Write what was damaged again: from the other side of the store, or from the sweep."""
    for key, document in store.documents.items():
        store.home.describe(key, document)
    write_inputs(store, sweep)
    damaged = sorted({k for side in store.sides for k in damaged_segments(store, side)})
    for segment in damaged:
        columns = _from_a_side(store, segment) or _from_the_sweep(store, sweep, segment)
        if columns is None:
            raise StoreError(
                f"{store.path}: the axis values of cells {store.layout.cells[segment]} are lost, "
                f"and this sweep did not ask for them; repair with the sweep or preset that did"
            )
        write(store, segment, columns)
    if any(_damaged_sides(store, store.sides)):
        write_replicas(store)
        for side in store.sides:
            write_inner(store, side)


def _from_a_side(store: Store, segment: int) -> Columns | None:
    start, stop = store.layout.cells[segment]
    for side in store.sides:
        try:
            columns = store.columns(side, slice(start, stop))
        except UNREADABLE:
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
        known = {n: v[earlier] for n, v in have.items()}
        sweep = matching.as_stored(sweep, known)
        held = matching.positions(sweep, known, earlier)
        cells = np.flatnonzero(held < 0)
    columns = sweep.columns(cells)
    return columns if digest_of(columns) == store.layout.digests[segment] else None
