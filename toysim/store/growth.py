"""Making a store and letting it grow: new cells and replicas get whole new blocks, written chunks
stay as they are.

Everything is prepared out of sight; one rename of the root document commits it. A kill before that
leaves the store as it was, and the next run prepares again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import joint_codes
from toysim.errors import StoreError
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store import matching
from toysim.store.coordinates import write_inner, write_inputs, write_replicas, write_segment
from toysim.store.document import FORMAT, KEY
from toysim.store.files import one_line
from toysim.store.homes import Home, home_of
from toysim.store.identity import refuse_other
from toysim.store.layout import REFINEMENT, Layout, Unit, first_layout
from toysim.store.provenance import provenance
from toysim.store.schema import (
    Declared,
    group_document,
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
            return create(home, sweep, store.layout.block, store.meta["provenance"])
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
        home.root()  # says what is lost and how to mend it


def create(
    home: Home, sweep: Sweep, block: tuple[int, int], origin: dict[str, Any] | None = None
) -> Store:
    """Build a store; the root document comes last and makes it one. ``origin``: of the one that is
    built again.
    """
    layout = first_layout(sweep, block)
    attributes = {
        "title": sweep.question or f"sweep {sweep.name} of {sweep.model.id}",
        KEY: {
            "format": FORMAT,
            "name": sweep.name,
            "identity": sweep.identity,
            "layout": layout.as_json(),
            "provenance": origin or provenance(sweep),
        },
    }
    store = Store(home, root_document(attributes, {}))
    _describe_inputs(store, sweep)
    write_inputs(store, sweep)
    for side in sweep.sides:
        for key, document in side_documents(sweep, side, layout).items():
            store.describe(key, document)
        write_inner(store, side)
    write_segment(store, sweep, np.arange(sweep.n_cells))
    write_replicas(store)
    commit_root(store, durable=False)
    return store


def _describe_inputs(store: Store, sweep: Sweep) -> None:
    if store.inputs:
        store.describe(INPUTS, group_document())
    for name in store.inputs:
        p = sweep.model.parameters[name]
        shape = tuple(sweep.identity["fixed"][name]["shape"])
        dims = tuple(f"{name}_{k}" for k in range(len(shape)))
        declared = Declared(name, dims, shape, shape, p.dtype, 0, parameter_attributes(p))
        store.describe(f"{INPUTS}/{name}", declared.document())


def grow(store: Store, sweep: Sweep) -> None:
    """Add a request: cells that are there keep their place, new ones get whole new blocks."""
    before, filled = store.layout, store.layout.filled(0)
    have = {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}
    asked = matching.as_stored(sweep, have)
    store.layout, new = grown(before, sweep, matching.positions(asked, have, filled))
    if len(new):
        _refuse_closed(store, asked, have)
    same_rows = len(new) == 0 and store.layout.replicas == before.replicas
    if same_rows and store.layout.asked() == before.asked():
        return
    if store.layout.n_cells > before.n_cells or store.layout.n_replicas > before.n_replicas:
        resize(store)
        write_segment(store, asked, new)
        write_replicas(store)
    clear_states(store, before)
    origin = provenance(sweep)
    store.meta["provenance"] |= {k: v for k, v in origin.items() if k.startswith("sweep_")}
    commit_root(store)


def _refuse_closed(store: Store, sweep: Sweep, have: dict[str, npt.NDArray[Any]]) -> None:
    """Two latin hypercubes are none together."""
    for d in sweep.dimensions:
        known = joint_codes([np.concatenate([have[n], v]) for n, v in d.values.items()])
        if d.closed and not np.isin(known[-len(d) :], known[: -len(d)]).all():
            raise StoreError(
                f"{store.path} holds a latin hypercube of another size along {d.name}: more points "
                "are another design; give another --store, or use sobol or random, which grow"
            )


def grown(
    layout: Layout, sweep: Sweep, positions: npt.NDArray[np.int64]
) -> tuple[Layout, npt.NDArray[np.int64]]:
    """The layout with a request added, and the request's cells that are new (their index in its
    product).

    ``positions`` are the request's cells where the store has them already, -1 where it does not.
    """
    longer, new = _with_room(layout, positions, sweep.replicas)
    request = {"blocks": _blocks_of(positions, new, longer), "replicas": sweep.replicas}
    longer.requests[sweep.request_hash] = request
    return longer, new


def grown_by(layout: Layout, other: Layout, positions: npt.NDArray[np.int64]) -> Layout:
    """The layout with all requests of another one, whose filled cells have ``positions`` here, -1
    where they are new.
    """
    replicas = sum(stop - start for start, stop in other.replicas)
    longer, new = _with_room(layout, positions, replicas)
    here = positions.copy()
    if len(new):
        here[new] = np.arange(*longer.cells[-1])
    block = other.filled(0) // other.block[0]
    for name, entry in other.requests.items():
        asked = np.concatenate([np.arange(*b) for b in entry["blocks"]])
        at = np.unique(here[np.isin(block, asked)] // layout.block[0])
        mine = longer.requests.get(name, {"blocks": [], "replicas": 0})
        known = [np.arange(*b) for b in mine["blocks"]]
        longer.requests[name] = {
            "blocks": _ranges(np.unique(np.concatenate([at, *known]))),
            "replicas": max(entry["replicas"], mine["replicas"]),
        }
    return longer


def _with_room(
    layout: Layout, positions: npt.NDArray[np.int64], n_replicas: int
) -> tuple[Layout, npt.NDArray[np.int64]]:
    """The layout with new segments where cells or replicas are, and which of the cells are new."""
    new = np.flatnonzero(positions < 0)
    cells, replicas = list(layout.cells), list(layout.replicas)
    cb, rb = layout.block
    if len(new):
        start = -(-layout.n_cells // cb) * cb
        cells.append([start, start + len(new)])
    have = sum(stop - start for start, stop in replicas)
    if n_replicas > have:
        start = -(-layout.n_replicas // rb) * rb
        replicas.append([start, start + n_replicas - have])
    return Layout(layout.block, cells, replicas, {**layout.requests}, list(layout.digests)), new


def _blocks_of(
    positions: npt.NDArray[np.int64], new: npt.NDArray[np.int64], layout: Layout
) -> list[list[int]]:
    """Cell blocks of cells that were there, and of the newest segment if some are new."""
    cb = layout.block[0]
    blocks = np.unique(positions[positions >= 0] // cb)
    if len(new):
        start, stop = layout.cells[-1]
        blocks = np.concatenate([blocks, np.arange(start // cb, -(-stop // cb))])
    return _ranges(blocks)


def _ranges(blocks: npt.NDArray[np.int64]) -> list[list[int]]:
    """Sorted numbers as half-open ranges."""
    breaks = np.flatnonzero(np.diff(blocks) > 1)
    firsts = blocks[np.concatenate([[0], breaks + 1])]
    lasts = blocks[np.concatenate([breaks, [len(blocks) - 1]])]
    return [[int(a), int(b) + 1] for a, b in zip(firsts, lasts, strict=True)]


def resize(store: Store) -> None:
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


def clear_states(store: Store, before: Layout) -> None:
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
