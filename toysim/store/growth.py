"""Making a store and letting it grow: new cells and replicas get whole new blocks, written chunks
stay as they are.

Everything is prepared out of sight; one rename of the root document commits it. A kill before that
leaves the store as it was, and the next run prepares again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import Dimension
from toysim.errors import StoreError
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store import matching
from toysim.store.coordinates import write_replicas, write_segment
from toysim.store.files import FORMAT, KEY, one_line
from toysim.store.homes import Home, home_of
from toysim.store.identity import refuse_other
from toysim.store.layout import REFINEMENT, Layout, Unit, first_layout
from toysim.store.provenance import provenance
from toysim.store.schema import (
    Declared,
    group_document,
    inner_dimensions,
    parameter_attributes,
    side_documents,
)
from toysim.store.store import INPUTS, Store, commit_root, root_document
from toysim.store.widening import widened

GRID = ("cell", "replica")


def prepare(place: Home | str | Path, sweep: Sweep, block: tuple[int, int]) -> Store:
    """The store at a place, created or grown so that it has room for every row of ``sweep``.

    Call it with the store locked. Refuses a store of another sweep with the difference named.
    """
    home = home_of(place)
    if not home.is_store():
        _refuse_headless(home)
        with one_line(home.path, "create"):
            home.clear((*sweep.sides, INPUTS, REFINEMENT))  # of a creation that was killed
            return create(home, sweep, block)
    store = Store(home)
    refuse_older(store)
    old, store = store, widened(store, sweep)
    refuse_other(store, sweep)
    if not home.has_blocks() and [*store.layout.requests] == [sweep.request_hash]:
        with one_line(store.path, "create"):  # to the same bytes: some may not be on the disk
            return create(home, sweep, store.layout.block)
    if sweep.request_hash not in store.layout.requests:
        with one_line(store.path, "grow"):
            grow(store, sweep)
            if store is not old:
                commit_root(store)
    return store


def refuse_older(store: Store) -> None:
    """Older stores open, compare and export; this version cannot continue them."""
    if store.format != FORMAT:
        raise StoreError(
            f"{store.path} has store format {store.format}: this version opens, compares and "
            f"exports it but cannot continue it; run the sweep into a new --store"
        )


def _refuse_headless(home: Home) -> None:
    """Blocks without a root document are the work of a damaged store, never leftovers."""
    if home.has_blocks():
        raise StoreError(
            f"{home.path} has lost its zarr.json but still holds finished blocks; put the document "
            f"back, or give another --store"
        )


def create(home: Home, sweep: Sweep, block: tuple[int, int]) -> Store:
    """Build a store; the root document comes last and makes it one."""
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
    store = Store(home, root_document(attributes, {}))
    _write_inputs(store, sweep)
    for side in sweep.sides:
        for key, document in side_documents(sweep, side, layout).items():
            store.describe(key, document)
        for name in inner_dimensions(sweep.model, side):
            array = store.array(side, name)
            array[...] = np.arange(*array.shape)
    write_segment(store, sweep, np.arange(sweep.n_cells))
    write_replicas(store)
    commit_root(store, durable=False)
    return store


def _write_inputs(store: Store, sweep: Sweep) -> None:
    """Fixed parameters that are arrays: the identity has their digests only."""
    arrays = [n for n, v in sweep.identity["fixed"].items() if isinstance(v, dict)]
    if arrays:
        store.describe(INPUTS, group_document())
    for name in arrays:
        p = sweep.model.parameters[name]
        values = np.asarray(sweep.fixed[name], p.dtype)
        dims = tuple(f"{name}_{k}" for k in range(values.ndim))
        shape, attributes = values.shape, parameter_attributes(p)
        declared = Declared(name, dims, shape, shape, p.dtype, 0, attributes)
        store.describe(f"{INPUTS}/{name}", declared.document())
        store.array(INPUTS, name)[...] = values


def grow(store: Store, sweep: Sweep) -> None:
    """Add a request: cells that are there keep their place, new ones get whole new blocks."""
    before, filled = store.layout, store.layout.filled(0)
    have = {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}
    for d in sweep.dimensions:
        if not d.grows:
            _refuse_other_points(store, d, [have[name] for name in d.values])
    store.layout, new = grown(before, sweep, matching.positions(sweep, have, filled))
    same_rows = len(new) == 0 and store.layout.replicas == before.replicas
    if same_rows and store.layout.asked() == before.asked():
        return
    if store.layout.n_cells > before.n_cells or store.layout.n_replicas > before.n_replicas:
        _resize(store)
        write_segment(store, sweep, new)
        write_replicas(store)
    _clear_states(store, before)
    origin = provenance(sweep)
    store.meta["provenance"] |= {k: v for k, v in origin.items() if k.startswith("sweep_")}
    commit_root(store)


def _refuse_other_points(store: Store, d: Dimension, have: list[npt.NDArray[Any]]) -> None:
    """A Latin hypercube of another size has other points throughout."""
    there, here = set(_rows(have)), set(_rows(d.values.values()))
    if there != here:
        raise StoreError(
            f"{store.path} has {len(there)} points along {d.name}, and a latin_hypercube of "
            f"{len(here)} holds other ones: it does not grow. sobol and random do; or give another "
            f"--store"
        )


def _rows(columns: Iterable[npt.NDArray[Any]]) -> Iterator[tuple[Any, ...]]:
    return zip(*(map(str, column.tolist()) for column in columns), strict=True)


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
    requests = {**layout.requests, sweep.request_hash: request}
    return Layout(layout.block, cells, replicas, requests, list(layout.digests)), new


def _ranges(blocks: npt.NDArray[np.int64]) -> list[list[int]]:
    """Sorted numbers as half-open ranges."""
    breaks = np.flatnonzero(np.diff(blocks) > 1)
    firsts = blocks[np.concatenate([[0], breaks + 1])]
    lasts = blocks[np.concatenate([breaks, [len(blocks) - 1]])]
    return [[int(a), int(b) + 1] for a, b in zip(firsts, lasts, strict=True)]


def _resize(store: Store) -> None:
    """Enlarge every array to the new layout; nothing sees it before the root document is
    committed.
    """
    lengths = dict(zip(GRID, (store.layout.n_cells, store.layout.n_replicas), strict=True))
    for key, document in list(store.documents.items()):
        if key.startswith(tuple(f"{side}/" for side in store.sides)):
            named = zip(document["dimension_names"], document["shape"], strict=True)
            shape = [lengths.get(name, size) for name, size in named]
            if shape != document["shape"]:
                store.describe(key, {**document, "shape": shape})


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
