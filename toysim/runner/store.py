"""The dataset of a sweep on disk: Zarr format 3, one chunk of every array a block, a state flag written last.

    NAME.zarr/
      zarr.json             attributes (identity, layout, provenance) and all array metadata, one atomic document
      simulation/           cell, replica, axes, observables, status; state(cell, replica)
      theory/               the same names where theory predicts them; valid, diagnostics; state
      log.jsonl             runs, blocks with their times, errors

``state`` is the only judge of done: 0 not run, 1 ok, 2 failed, 3 timed out, 4 a corner nobody asked for.
A block's data are on disk (synced) before its state is written, so a kill or a power cut loses at most the
blocks in flight. Positions without a cell carry cell = -1, those without a replica replica = -1.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from toysim.errors import StoreError, ToysimError
from toysim.model import Batch, Model, Observable, Parameter
from toysim.registry import load_model
from toysim.runner import cells as matching
from toysim.runner.files import FORMAT, KEY, append_event, commit_root, one_line, read_root, sync
from toysim.runner.layout import Layout, Side, Unit, first_layout, grown, stored
from toysim.runner.provenance import provenance
from toysim.runner.spec import Sweep

NOT_RUN, OK, FAILED, TIMED_OUT, CORNER = range(5)
STATES = ("not_run", "ok", "failed", "timed_out", "not_asked_for")
COORDINATE_CHUNK = 256  # at least this many cells in a chunk of a coordinate
CODECS = (ZstdCodec(level=1), Crc32cCodec())  # zstd alone reads a flipped byte back as a wrong number
WRITE_EMPTY: Any = {"write_empty_chunks": True}  # a chunk of zeros must exist, or it could not be told from a lost one


class Store:
    """An open store; create or grow one with ``Store.prepare``."""

    def __init__(self, path: Path, attributes: dict[str, Any] | None = None) -> None:
        self.path = Path(path)
        self.attributes: dict[str, Any] = attributes or read_root(self.path)["attributes"]
        self.meta: dict[str, Any] = self.attributes[KEY]
        self.layout = Layout.from_json(self.meta["layout"])
        self._open: dict[str, Any] = {}

    @classmethod
    def prepare(cls, path: Path, sweep: Sweep, block: tuple[int, int]) -> Store:
        """The store at ``path``, created or grown so that it has a place for every row of ``sweep``.

        Call it with the store locked. Refuses a store of another sweep with the difference named.
        """
        if not (path / "zarr.json").is_file():
            with one_line(path, "create"):
                _create(path, sweep, block)
        store = cls(path)
        store.refuse_other(sweep)
        if sweep.request_hash not in store.layout.requests:
            store._grow(sweep)
        return store

    # What the store is the store of

    @property
    def identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = self.meta["identity"]
        return identity

    @cached_property
    def model(self) -> Model:
        return load_model(self.identity["model"])

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """Values of the parameters that are not swept; one added to the model since has its default."""
        return {n: v for n, v in {**self.model.defaults, **self.identity["fixed"]}.items() if n not in self.axes}

    @property
    def axes(self) -> list[str]:
        return [name for names in self.identity["axes"].values() for name in names]

    @cached_property
    def first_parameters(self) -> Any:
        """Typed parameters of the first cell: they give the observables' sizes."""
        first = {n: _decoded(self.model.parameters[n], self.array("simulation", n)[0:1])[0] for n in self.axes}
        return self.model.validate({**self.fixed, **first})

    def refuse_other(self, sweep: Sweep) -> None:
        """One line with the first difference if this store belongs to another sweep."""
        for name, here, there in _differences(self.identity, sweep):
            raise StoreError(
                f"{self.path} is the store of another sweep: {name} is {here!r} there and {there!r} here; "
                f"give another --store or remove it"
            )

    # Arrays

    def array(self, side: Side, name: str) -> Any:
        """One array, opened once; the setting for empty chunks must be made again at every opening."""
        key = f"{side}/{name}"
        if key not in self._open:
            folder = zarr.storage.LocalStore(self.path)
            array = zarr.open_array(folder, path=key, mode="r+", zarr_format=3)
            self._open[key] = array.with_config(WRITE_EMPTY)
        return self._open[key]

    def paired(self, side: Side) -> bool:
        """Whether arrays of this side have a replica dimension."""
        return side == "simulation" or self.model.paired

    def region(self, unit: Unit) -> tuple[slice, ...]:
        rows = self.layout.rows(0, unit.i)
        return (rows, self.layout.rows(1, unit.j)) if self.paired(unit.side) else (rows,)

    def _state_file(self, unit: Unit) -> Path:
        inner = [str(unit.i), str(unit.j)] if self.paired(unit.side) else [str(unit.i)]
        return self.path.joinpath(unit.side, "state", "c", *inner)

    def is_done(self, unit: Unit) -> bool:
        """A unit asked for is done when its state is on disk: corners' states go when they are asked for."""
        return self._state_file(unit).is_file()

    def missing_files(self, unit: Unit) -> list[str]:
        """Arrays whose chunk of a done unit is gone or empty: somebody damaged the store."""
        inner = self._state_file(unit).relative_to(self.path / unit.side / "state")
        lost = []
        for o in stored(self.model, unit.side, self.first_parameters):
            chunk = self.path.joinpath(unit.side, o.name, inner, *["0"] * len(o.dims))
            if not chunk.is_file() or chunk.stat().st_size == 0:
                lost.append(o.name)
        return lost

    def readable(self, unit: Unit) -> bool:
        """Whether every chunk of a done unit passes its checksum."""
        names = [o.name for o in stored(self.model, unit.side, self.first_parameters)]
        try:
            for name in [*names, "state"]:
                self.array(unit.side, name)[self.region(unit)]
        except (OSError, RuntimeError, ValueError):
            return False
        return True

    def forget(self, unit: Unit) -> None:
        """Mark a unit as not run and drop its chunks; its state goes first."""
        inner = self._state_file(unit).relative_to(self.path / unit.side / "state")
        self._state_file(unit).unlink(missing_ok=True)
        for o in stored(self.model, unit.side, self.first_parameters):
            self.path.joinpath(unit.side, o.name, inner, *["0"] * len(o.dims)).unlink(missing_ok=True)

    def batch(self, unit: Unit) -> Batch:
        """The rows of a unit, cells slowest; parameter values are those stored as coordinates."""
        region = self.region(unit)
        values = {n: _decoded(self.model.parameters[n], self.array(unit.side, n)[region[0]]) for n in self.axes}
        n_cells = region[0].stop - region[0].start
        replica = self.array(unit.side, "replica")[region[1]] if self.paired(unit.side) else np.zeros(1, np.int64)
        columns = {n: np.repeat(v, len(replica), axis=0) for n, v in values.items()}
        return Batch(
            self.model,
            columns,
            self.fixed,
            np.tile(replica, n_cells),
            self.identity["seed"],
            self.identity["common_random_numbers"],
        )

    def write(self, unit: Unit, rows: dict[str, npt.NDArray[Any]], state: npt.NDArray[np.uint8], log: Any) -> None:
        """Store a unit: data, sync, its line in the log, and last its state."""
        region = self.region(unit)
        lengths = tuple(s.stop - s.start for s in region)
        with one_line(self.path, "write"):
            for o in stored(self.model, unit.side, self.first_parameters):
                values = rows[o.name]
                self.array(unit.side, o.name)[region] = values.reshape(lengths + values.shape[1:])
            sync(self.path)
            append_event(self.path, log)
            self.array(unit.side, "state")[region] = state.reshape(lengths)

    # Growth

    def _grow(self, sweep: Sweep) -> None:
        """Add a request: matched cells keep their place, new ones and new replicas get whole new blocks."""
        filled = self.layout.filled(0)
        have = {n: _decoded(self.model.parameters[n], self.array("simulation", n)[:])[filled] for n in self.axes}
        positions = matching.positions(sweep, have, filled)
        before = self.layout
        after, new = grown(before, sweep, positions)
        if len(new) == 0 and after.replicas == before.replicas and after.asked() == before.asked():
            return
        self.layout = after
        with one_line(self.path, "grow"):
            if after.n_cells > before.n_cells or after.n_replicas > before.n_replicas:
                _resize(self)
                _write_coordinates(self, sweep, new)
            _write_corners(self, before)
            self.meta["layout"] = after.as_json()
            self.meta["provenance"]["sweep_text"] = sweep.text
            sync(self.path)
            commit_root(self.path, self.attributes)


def _differences(mine: dict[str, Any], sweep: Sweep) -> Iterator[tuple[str, Any, Any]]:
    """Names and values in which a store's identity differs from a sweep's; a missing parameter is at its default."""
    theirs, defaults = sweep.identity, sweep.parameters.__class__().model_dump(mode="json")
    for key in ("model", "version"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]
    swept = [{name for names in identity["axes"].values() for name in names} for identity in (mine, theirs)]
    for name in sorted(defaults):
        here, there = (
            "an axis" if name in axes else identity["fixed"].get(name, defaults[name])
            for identity, axes in zip((mine, theirs), swept, strict=True)
        )
        if here != there:
            yield name, here, there
    for key in ("seed", "axes", "common_random_numbers"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]


def _decoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stored coordinate to parameter values: choices lie on disk as flags (CF), not as text."""
    return np.array(parameter.choices)[values] if parameter.kind == "choice" else values


def _encoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if parameter.kind != "choice":
        return values
    return np.array([parameter.choices.index(v) for v in values.tolist()], np.int8)


def _create(path: Path, sweep: Sweep, block: tuple[int, int]) -> None:
    """Build a store in the locked folder ``path``; the root document comes last and makes it one."""
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
    for side in _sides(sweep.model):
        _create_group(path, side, sweep, layout)
    _write_coordinates(Store(path, attributes), sweep, np.arange(sweep.n_cells))
    sync(path)
    commit_root(path, attributes)


def _sides(model: Model) -> tuple[Side, ...]:
    return ("simulation", "theory") if model.theory else ("simulation",)


def _create_group(path: Path, side: Side, sweep: Sweep, layout: Layout) -> None:
    paired = side == "simulation" or sweep.model.paired
    grid = ("cell", "replica") if paired else ("cell",)
    lengths, chunks = (layout.n_cells, layout.n_replicas), layout.block
    sizes = sweep.model.sizes(sweep.parameters)
    group: Any = zarr.create_group(zarr.storage.LocalStore(path / side), zarr_format=3)
    group.attrs["coordinates"] = " ".join(sweep.axis_names)
    for name, attrs in _index_attributes(sweep.model, side).items():
        axis = ("cell", "replica").index(name) if name in ("cell", "replica") else None
        length = lengths[axis] if axis is not None else sizes[name]
        chunk = _coordinate_chunk(chunks[axis]) if axis is not None else length
        _array(group, name, (length,), (chunk,), "int64", (name,), -1, attrs)
        if axis is None:
            group[name][:] = np.arange(length)
    for d in sweep.dimensions:
        for name, values in d.values.items():
            p = sweep.model.parameters[name]
            dtype = "int8" if p.kind == "choice" else p.dtype
            extra = tuple(f"{name}_{k}" for k in range(values.ndim - 1))
            shape = (lengths[0], *values.shape[1:])
            chunk_shape = (_coordinate_chunk(chunks[0]), *values.shape[1:])
            _array(group, name, shape, chunk_shape, dtype, ("cell", *extra), None, _parameter_attributes(p))
    n = len(grid)
    for o in stored(sweep.model, side, sweep.parameters):
        inner = tuple(sizes[d] for d in o.dims)
        _array(
            group,
            o.name,
            lengths[:n] + inner,
            chunks[:n] + inner,
            o.dtype,
            grid + o.dims,
            None,
            _attributes(o),
        )
    state = {
        "long_name": "state of the cell",
        "units": "1",
        "flag_values": list(range(5)),
        "flag_meanings": " ".join(STATES),
    }
    _array(group, "state", lengths[:n], chunks[:n], "uint8", grid, 0, state)


def _index_attributes(model: Model, side: Side) -> dict[str, dict[str, str]]:
    """Dimension coordinates of a group with their long names."""
    found = {"cell": "position of the cell in the store, -1 if none"}
    if side == "simulation" or model.paired:
        found["replica"] = "index of the replica's random stream, -1 if none"
    used = {d for o in model.outputs(side) for d in o.dims}
    found |= {d.name: d.long_name for d in model.dims if d.name in used}
    return {name: {"long_name": text, "units": "1"} for name, text in found.items()}


def _parameter_attributes(p: Parameter) -> dict[str, Any]:
    attrs: dict[str, Any] = {"long_name": p.meaning, "units": p.unit, "symbol": p.symbol}
    if p.kind == "choice":
        attrs |= {"flag_values": list(range(len(p.choices))), "flag_meanings": " ".join(p.choices)}
    return attrs


def _attributes(o: Observable) -> dict[str, Any]:
    return {"long_name": o.long_name, "units": o.unit}


def _coordinate_chunk(block: int) -> int:
    return block * -(-COORDINATE_CHUNK // block)


def _array(
    group: Any, name: str, shape: Any, chunks: Any, dtype: str, dims: Any, fill: Any, attrs: dict[str, Any]
) -> None:
    if fill is None:
        fill = np.nan if np.dtype(dtype).kind == "f" else np.zeros((), dtype).item()
    # A dimension of length 0 still needs a chunk length.
    chunks = tuple(max(1, c) for c in chunks)
    group.create_array(
        name,
        shape=shape,
        chunks=chunks,
        dtype=dtype,
        dimension_names=dims,
        fill_value=fill,
        attributes=attrs,
        compressors=CODECS,
        config=WRITE_EMPTY,
    )


def _write_coordinates(store: Store, sweep: Sweep, new: npt.NDArray[np.int64]) -> None:
    """Axis values of the newest segment's cells, a few blocks at a time to keep memory flat."""
    sides = _sides(sweep.model)
    start, stop = store.layout.cells[-1]
    size = _coordinate_chunk(store.layout.block[0])
    before = sum(b - a for a, b in store.layout.cells[:-1])
    for first in range(start, stop if len(new) else start, size):
        # The segment starts on a block, not on a coordinate chunk: the first piece may be rewritten, by rename.
        piece = slice(first, min(first + size, stop))
        columns = sweep.columns(new[piece.start - start : piece.stop - start])
        for side in sides:
            numbers = np.arange(piece.start, piece.stop) - start + before
            store.array(side, "cell")[piece] = numbers
            for name, values in columns.items():
                store.array(side, name)[piece] = _encoded(sweep.model.parameters[name], values)
    index = 0
    for a, b in store.layout.replicas:
        for side in sides:
            if store.paired(side):
                store.array(side, "replica")[a:b] = np.arange(index, index + b - a)
        index += b - a


def _resize(store: Store) -> None:
    """Enlarge every array to the new layout; nothing sees it before the root document is committed."""
    lengths = (store.layout.n_cells, store.layout.n_replicas)
    store._open.clear()
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


def _write_corners(store: Store, before: Layout) -> None:
    """Flag the blocks of the grid that nobody asked for; drop the flag of those asked for now."""
    corners, asked_now = set(store.layout.corners()), set(before.corners())
    for side in _sides(store.model):
        if not store.paired(side):
            continue
        for i, j in sorted(asked_now - corners):
            store.forget(Unit(side, i, j))
        for i, j in sorted(corners - asked_now):
            unit = Unit(side, i, j)
            store.array(side, "state")[store.region(unit)] = CORNER


def open_existing(path: str | Path) -> Store:
    """The store at a path; a clear line where there is none."""
    path = Path(path)
    if not path.exists():
        raise ToysimError(f"no store at {path}; run toysim sweep first, or check the path")
    return Store(path)
