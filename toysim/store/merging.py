"""Stores of one sweep, run on several machines, put together in a new one.

The first one's layout comes first; cells and replicas that only the others have get whole new
blocks, as growth gives them. A block is taken over once all its rows are there; where several
stores have a row, their bytes must be the same. Memory is that of a block.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import joint_codes
from toysim.errors import StoreError, ToysimError
from toysim.outcomes import State
from toysim.shown import shown
from toysim.store.coordinates import digest_of, refuse_damaged, write, write_inner, write_replicas
from toysim.store.files import one_line
from toysim.store.growth import clear_states, grown_by, refuse_older, resize
from toysim.store.homes import Folder, Home
from toysim.store.identity import differences, told
from toysim.store.layout import REFINEMENT, Layout, Unit
from toysim.store.store import INPUTS, Store, commit_root, open_existing, root_document

Indices = npt.NDArray[np.int64]
Rows = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Merged:
    """Blocks that the new store has, how many it still lacks, and rows that several stores had."""

    path: Path
    blocks: int
    blocks_left: int
    rows_checked: int


def merge_stores(paths: list[Path], into: Path) -> Merged:
    """Put stores of one sweep together at ``into``, a path where nothing is yet.

    Raises ToysimError, with nothing left behind, where the sweeps differ or rows do.
    """
    if len(paths) < 2:
        raise ToysimError("one store has nothing to be merged with; name two or more")
    stores = [_readable(path) for path in paths]
    for other in stores[1:]:
        _refuse_other(stores[0], other)
    if into.exists():
        raise ToysimError(f"{into} exists; give another name: a merge begins a new store")
    home = Folder(into.with_name(f"{into.name}.{uuid.uuid4().hex[:8]}.partial"))
    try:
        found = _merged(stores, home, into)
        with one_line(into, "write"):
            home.path.rename(into)
    except BaseException:
        _remove(home.path)
        raise
    return found


def _readable(path: Path) -> Store:
    store = open_existing(path)
    refuse_older(store)
    refuse_damaged(store, store.sides)
    return store


def _refuse_other(first: Store, other: Store) -> None:
    for name, there, here in differences(first.identity, other.identity, first.model):
        raise StoreError(
            f"{first.path} and {other.path} are stores of different sweeps: {name} is "
            f"{told(there)} in the first and {told(here)} in the second; nothing was merged"
        )


def _remove(path: Path) -> None:
    import shutil

    with suppress(OSError):
        shutil.rmtree(path)


def _merged(stores: list[Store], home: Home, into: Path) -> Merged:
    with one_line(into, "write"), home.locked():
        store = _room(stores, home)
        sources = [_Source.of(source, store) for source in stores]
        blocks = left = checked = 0
        home.append({"event": "run", "run": "merge", "time": time.time(), "backend": "merge"})
        for side in store.sides:
            for unit in store.layout.units(side, store.model.paired):
                block = _Block(store, unit)
                for source in sources:
                    block.take(source)
                checked += block.checked
                if (block.state != State.NOT_RUN).all():
                    block.write()
                    blocks += 1
                else:
                    left += 1
        home.append({"event": "end", "run": "merge", "seconds": 0.0, "time": time.time()})
    return Merged(into, blocks, left, checked)


# Room


def _room(stores: list[Store], home: Home) -> Store:
    """A new store with a place for every row of all of them."""
    first = stores[0]
    meta = {k: v for k, v in first.meta.items() if k != REFINEMENT}
    attributes = {**first.attributes, "toysim": meta}
    documents = {k: v for k, v in first.documents.items() if not k.startswith(REFINEMENT)}
    store = Store(home, root_document(attributes, documents))
    segments = _lay_out(store, stores)
    for key, document in [*documents.items()]:
        store.describe(key, document)
    resize(store)
    for name in store.inputs:
        store.array(INPUTS, name)[...] = first.array(INPUTS, name)[...]
    for k, columns in enumerate(segments):
        write(store, k, columns)
    for side in store.sides:
        write_inner(store, side)
    write_replicas(store)
    clear_states(store, Layout(store.layout.block, [], [], {}))
    commit_root(store)
    return store


def _lay_out(store: Store, stores: list[Store]) -> list[Rows]:
    """The layout of all stores together; the axis values of each segment."""
    side = store.sides[0]
    segments = [stores[0].columns(side, slice(*s)) for s in stores[0].layout.cells]
    for other in stores[1:]:
        held = {n: np.concatenate([s[n] for s in segments]) for n in store.axes}
        mine = _filled_columns(other)
        place = _places(mine, held, store.layout.filled(0))
        before = len(store.layout.cells)
        store.layout = grown_by(store.layout, other.layout, place)
        if len(store.layout.cells) > before:
            segments.append({n: v[place < 0] for n, v in mine.items()})
            store.layout.digests.append(digest_of(segments[-1]))
    return segments


def _filled_columns(store: Store) -> Rows:
    filled = store.layout.filled(0)
    return {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}


def _places(asked: Rows, held: Rows, filled: Indices) -> Indices:
    """For each cell asked for its position among those held, -1 where it is not."""
    if not asked:
        return filled[:1]
    codes = joint_codes([np.concatenate([held[n], asked[n]]) for n in asked])
    have, want = codes[: len(filled)], codes[len(filled) :]
    order = np.argsort(have, kind="stable")
    at = np.minimum(np.searchsorted(have[order], want), len(order) - 1)
    return np.where(have[order][at] == want, filled[order][at], -1)


# Rows


@dataclass
class _Source:
    """A store that rows come from, and where it has the cells and replicas of the new one."""

    store: Store
    cells: Indices
    replicas: Indices
    errors: dict[Unit, list[dict[str, Any]]]

    @classmethod
    def of(cls, source: Store, store: Store) -> _Source:
        cells = np.full(store.layout.n_cells, -1)
        filled = store.layout.filled(0)
        place = _places(_filled_columns(store), _filled_columns(source), source.layout.filled(0))
        cells[filled] = place
        replicas = np.full(store.layout.n_replicas, -1)
        mine, theirs = store.layout.filled(1), source.layout.filled(1)
        n = min(len(mine), len(theirs))
        replicas[mine[:n]] = theirs[:n]
        return cls(source, cells, replicas, _errors(source))

    def units(self, unit: Unit, region: tuple[slice, ...]) -> Iterator[tuple[Unit, Any, Any]]:
        """Done units that hold rows of a region: where these lie in the unit, and in the region."""
        own = [self.cells[region[0]], *[self.replicas[r] for r in region[1:]]]
        size = self.store.layout.block
        blocks = [np.unique(o[o >= 0] // size[k]) for k, o in enumerate(own)]
        for i in blocks[0]:
            for j in blocks[1] if len(blocks) > 1 else [0]:
                there = Unit(unit.part, int(i), int(j))
                if not self.store.is_done(there) or self._is_corner(there):
                    continue
                inside = [np.flatnonzero(o // size[k] == b) for k, (o, b) in
                          enumerate(zip(own, (i, j), strict=False))]  # fmt: skip
                starts = [s.start for s in self.store.region(there)]
                theirs = [o[at] - s for o, at, s in zip(own, inside, starts, strict=True)]
                yield there, np.ix_(*theirs), np.ix_(*inside)

    def _is_corner(self, unit: Unit) -> bool:
        """Whether nobody asked for it: its state says so."""
        state = self.store.array(unit.part, "state")[self.store.region(unit)]
        return bool((state == State.NOT_ASKED_FOR).all())


def _errors(store: Store) -> dict[Unit, list[dict[str, Any]]]:
    blocks = (e for e in store.home.events() if e["event"] == "block" and len(e["unit"]) == 2)
    return {Unit(e["side"], *e["unit"]): e["errors"] for e in blocks}


class _Block:
    """The rows of a unit of the new store as the sources have them."""

    def __init__(self, store: Store, unit: Unit) -> None:
        self.store, self.unit, self.region = store, unit, store.region(unit)
        self.shape = tuple(s.stop - s.start for s in self.region)
        self.state = np.zeros(self.shape, np.uint8)
        self.rows: Rows = {}
        self.errors: list[dict[str, Any]] = []
        self.checked = 0

    def take(self, source: _Source) -> None:
        """Rows of a source; a row that is there already stays unless it failed and here did not."""
        for there, theirs, ours in source.units(self.unit, self.region):
            place = source.store.region(there)
            state = source.store.array(there.part, "state")[place][theirs]
            before = self.state[ours].copy()
            same = (before == state) & (before != State.NOT_RUN)
            better = (before != State.OK) & ~same
            for o in self.store.outputs(self.unit.part):
                new = source.store.array(there.part, o.name)[place][theirs]
                shape = self.shape + new.shape[len(self.shape) :]
                held = self.rows.setdefault(o.name, np.zeros(shape, new.dtype))
                unequal = _unequal(held[ours], new, before.ndim) & same
                if unequal.any():
                    self._refuse(source, o.name, np.argwhere(unequal)[0], ours)
                held[ours] = np.where(_beside(better, new), new, held[ours])
            self.state[ours] = np.where(better, state, before)
            self.checked += int(same.sum())
            self.errors += source.errors.get(there, [])

    def _refuse(self, source: _Source, name: str, at: Indices, ours: Any) -> None:
        """One line that names the first row in which stores differ."""
        place = [int(o.ravel()[k]) + r.start
                 for o, k, r in zip(ours, at, self.region, strict=True)]  # fmt: skip
        cell = self.store.columns(self.store.sides[0], slice(place[0], place[0] + 1))
        told_cell = ", ".join(f"{n}={shown(v[0].tolist())}" for n, v in cell.items())
        replica = f", replica {place[1]}" if len(place) > 1 else ""
        raise StoreError(
            f"{source.store.path} differs from a store before it in {self.unit.part}/{name} at "
            f"{told_cell}{replica}; nothing was merged: other versions or machines may round "
            "otherwise (toysim status, log.jsonl), or a store is damaged (--repair)"
        )

    def write(self) -> None:
        flat = {n: v.reshape(-1, *v.shape[len(self.shape) :]) for n, v in self.rows.items()}
        self.store.write(self.unit, flat, self.state, _event(self.unit, self.state, self.errors))


def _unequal(a: npt.NDArray[Any], b: npt.NDArray[Any], lead: int) -> npt.NDArray[np.bool_]:
    """Rows whose bytes differ."""
    if a.size == 0:
        return np.zeros(a.shape[:lead], bool)
    as_bytes = [np.ascontiguousarray(x).reshape(*x.shape[:lead], -1).view(np.uint8) for x in (a, b)]
    return np.asarray((as_bytes[0] != as_bytes[1]).any(axis=-1))


def _beside(rows: npt.NDArray[np.bool_], values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """A choice of rows, for values with dimensions of their own."""
    return rows.reshape(rows.shape + (1,) * (values.ndim - rows.ndim))


def _event(unit: Unit, state: npt.NDArray[Any], errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "event": "block",
        "run": "merge",
        "side": unit.part,
        "unit": [unit.i, unit.j],
        "rows": state.size,
        "failed": int(np.sum(state == State.FAILED)),
        "timed_out": int(np.sum(state == State.TIMED_OUT)),
        "kernel_seconds": 0.0,
        "seconds": 0.0,
        "notes": {},
        "errors": errors,
        "time": time.time(),
    }
