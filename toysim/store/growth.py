"""Making a store and letting it grow: new cells and replicas get whole new blocks, written chunks
stay as they are.

Everything is prepared out of sight; one rename of the root document commits it. A kill before that
leaves the store as it was, and the next run prepares again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from toysim.model import Side
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store import matching
from toysim.store.files import FORMAT, KEY, commit_root, one_line, sync
from toysim.store.layout import Layout, Unit, first_layout
from toysim.store.provenance import provenance
from toysim.store.schema import coordinate_chunk, create_group, decoded, encoded, recorded_on
from toysim.store.store import Store


def prepare(path: Path, sweep: Sweep, block: tuple[int, int]) -> Store:
    """The store at ``path``, created or grown so that it has a place for every row of ``sweep``.

    Call it with the store locked. Refuses a store of another sweep with the difference named.
    """
    if not (path / "zarr.json").is_file():
        with one_line(path, "create"):
            create(path, sweep, block)
    store = Store(path)
    store.refuse_other(sweep)
    if sweep.request_hash not in store.layout.requests:
        with one_line(path, "grow"):
            grow(store, sweep)
    return store


def create(path: Path, sweep: Sweep, block: tuple[int, int]) -> None:
    """Build a store in the locked folder ``path``; the root document comes last and makes it
    one.
    """
    for leftover in ("simulation", "theory"):  # of a creation that was killed
        shutil.rmtree(path / leftover, ignore_errors=True)
    layout = first_layout(sweep, block)
    attributes = {
        "title": sweep.question or f"sweep {sweep.name} of {sweep.model.id}",
        KEY: {
            "format": FORMAT,
            "name": sweep.name,
            "identity": sweep.identity,
            "layout": layout.as_json(),
            "provenance": provenance(sweep),
        },
    }
    for side in sweep.sides:
        create_group(path, side, sweep, layout)
    _write_coordinates(Store(path, attributes), sweep, np.arange(sweep.n_cells))
    sync(path)
    commit_root(path, attributes)


def grow(store: Store, sweep: Sweep) -> None:
    """Add a request: matched cells keep their place, new ones and new replicas get whole new
    blocks.
    """
    before, filled = store.layout, store.layout.filled(0)
    have = {
        n: decoded(store.model.parameters[n], store.array(store.sides[0], n)[:])[filled]
        for n in store.axes
    }
    store.layout, new = grown(before, sweep, matching.positions(sweep, have, filled))
    if (
        len(new) == 0
        and store.layout.replicas == before.replicas
        and store.layout.asked() == before.asked()
    ):
        return
    if store.layout.n_cells > before.n_cells or store.layout.n_replicas > before.n_replicas:
        _resize(store)
        _write_coordinates(store, sweep, new)
    _clear_states(store, before)
    store.meta["layout"] = store.layout.as_json()
    store.meta["provenance"] |= {
        k: v for k, v in provenance(sweep).items() if k.startswith("sweep_")
    }
    sync(store.path)
    commit_root(store.path, store.attributes)


def grown(
    layout: Layout, sweep: Sweep, positions: npt.NDArray[np.int64]
) -> tuple[Layout, npt.NDArray[np.int64]]:
    """The layout with a request added, and the request's cells that are new (their index in its
    product).

    ``positions`` are the request's cells where the store has them already, -1 where it does not.
    """
    new = np.flatnonzero(positions < 0)
    cells, replicas = list(layout.cells), list(layout.replicas)
    cb, rb = layout.block
    blocks = np.unique(positions[positions >= 0] // cb)
    if len(new):
        start = -(-layout.n_cells // cb) * cb
        cells.append([start, start + len(new)])
        blocks = np.concatenate([blocks, np.arange(start // cb, -(-(start + len(new)) // cb))])
    have = sum(stop - start for start, stop in replicas)
    if sweep.replicas > have:
        start = -(-layout.n_replicas // rb) * rb
        replicas.append([start, start + sweep.replicas - have])
    request = {"blocks": _ranges(blocks), "replicas": sweep.replicas}
    return Layout(
        layout.block, cells, replicas, {**layout.requests, sweep.request_hash: request}
    ), new


def _ranges(blocks: npt.NDArray[np.int64]) -> list[list[int]]:
    """Sorted numbers as half-open ranges."""
    breaks = np.flatnonzero(np.diff(blocks) > 1)
    firsts = blocks[np.concatenate([[0], breaks + 1])]
    lasts = blocks[np.concatenate([breaks, [len(blocks) - 1]])]
    return [[int(a), int(b) + 1] for a, b in zip(firsts, lasts, strict=True)]


def _write_coordinates(store: Store, sweep: Sweep, new: npt.NDArray[np.int64]) -> None:
    """Axis values of the newest segment's cells, a few blocks at a time to keep memory flat."""
    start, stop = store.layout.cells[-1]
    size = coordinate_chunk(store.layout.block[0])
    before = sum(b - a for a, b in store.layout.cells[:-1])
    for first in range(start, stop if len(new) else start, size):
        # The segment starts on a block, not on a coordinate chunk: the first piece may be
        # rewritten, by rename.
        piece = slice(first, min(first + size, stop))
        cells = new[piece.start - start : piece.stop - start]
        columns = sweep.columns(cells)
        for side in sweep.sides:
            numbers = np.arange(piece.start, piece.stop) - start + before
            store.array(side, "cell")[piece] = numbers
            for name, values in columns.items():
                store.array(side, name)[piece] = encoded(sweep.model.parameters[name], values)
            clock = recorded_on(sweep.model, side, sweep.parameters)
            if clock:
                at = clock.as_coordinate(sweep.batch(cells).record_at)
                store.array(side, clock.name)[piece] = at
    index = 0
    for a, b in store.layout.replicas:
        for side in sweep.sides:
            if store.model.per_replica(side):
                store.array(side, "replica")[a:b] = np.arange(index, index + b - a)
        index += b - a


def _resize(store: Store) -> None:
    """Enlarge every array to the new layout; nothing sees it before the root document is
    committed.
    """
    lengths = (store.layout.n_cells, store.layout.n_replicas)
    store.close_arrays()
    for path in sorted(store.path.glob("*/*/zarr.json")):
        side: Side = "theory" if path.parent.parent.name == "theory" else "simulation"
        array = store.array(side, path.parent.name)
        names = array.metadata.dimension_names
        wanted = tuple(
            lengths[("cell", "replica").index(n)] if n in ("cell", "replica") else size
            for n, size in zip(names, array.shape, strict=True)
        )
        if wanted != array.shape:
            array.resize(wanted)


def _clear_states(store: Store, before: Layout) -> None:
    """Units asked for only now have no state, whatever a killed growth left there; corners get
    their flag.
    """
    known, corners = set(before.corners()), sorted(store.layout.corners())
    for side in store.sides:
        old = set(before.units(side, store.model.paired))
        for unit in store.layout.units(side, store.model.paired):
            if unit not in old:
                store.forget(unit)
        for i, j in corners if store.model.per_replica(side) else ():
            if (i, j) not in known:
                unit = Unit(side, i, j)
                store.array(side, "state")[store.region(unit)] = State.NOT_ASKED_FOR
