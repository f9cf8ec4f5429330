"""The dataset of a sweep on disk: Zarr format 3, one chunk of every array a block, a state flag
written last.

    NAME.zarr/
      zarr.json             attributes (identity, layout, provenance) and all array metadata, one
                            atomic document
      simulation/           cell, replica, axes, observables, status; state(cell, replica)
      theory/               the same names where theory predicts them; valid, diagnostics; state
      log.jsonl             runs, blocks with their times, errors

``state`` is the only judge of done: 0 not run, 1 ok, 2 failed, 3 timed out, 4 a corner nobody asked
for. A block's data are on disk (synced) before its state is written, so a kill or a power cut loses
at most the blocks in flight. Positions without a cell carry cell = -1, those without a replica
replica = -1.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

from toysim.batch import Batch
from toysim.errors import StoreError, ToysimError
from toysim.model import Model, Side
from toysim.plan import Sweep
from toysim.registry import load_model
from toysim.store.files import KEY, append_event, one_line, read_root, sync
from toysim.store.layout import Layout, Unit, stored
from toysim.store.schema import WRITE_EMPTY, decoded


class Store:
    """An open store; ``growth.prepare`` makes one or lets it grow."""

    def __init__(self, path: Path, attributes: dict[str, Any] | None = None) -> None:
        self.path = Path(path)
        self.attributes: dict[str, Any] = attributes or read_root(self.path)["attributes"]
        self.meta: dict[str, Any] = self.attributes[KEY]
        self.layout = Layout.from_json(self.meta["layout"])
        self._open: dict[str, Any] = {}

    # What the store is the store of

    @property
    def identity(self) -> dict[str, Any]:
        return {"simulation": True, **self.meta["identity"]}  # what older stores do not say

    @cached_property
    def model(self) -> Model:
        return load_model(self.identity["model"])

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """Values of the parameters that are not swept; one added to the model since has its
        default.
        """
        return {
            n: v
            for n, v in {**self.model.defaults, **self.identity["fixed"]}.items()
            if n not in self.axes
        }

    @property
    def sides(self) -> tuple[Side, ...]:
        """The groups it has."""
        return self.model.sides(self.identity["simulation"])

    @property
    def axes(self) -> list[str]:
        return [name for names in self.identity["axes"].values() for name in names]

    @cached_property
    def first_parameters(self) -> Any:
        """Typed parameters of the first cell: they give the observables' sizes."""
        first = {
            n: decoded(self.model.parameters[n], self.array(self.sides[0], n)[0:1])[0]
            for n in self.axes
        }
        return self.model.validate({**self.fixed, **first})

    def refuse_other(self, sweep: Sweep) -> None:
        """One line with the first difference if this store belongs to another sweep."""
        for name, here, there in _differences(self.identity, sweep):
            raise StoreError(
                f"{self.path} is the store of another sweep: {name} is {here!r} there and "
                f"{there!r} here; "
                f"give another --store or remove it"
            )

    # Arrays

    def close_arrays(self) -> None:
        """Forget open arrays: their lengths have changed."""
        self._open.clear()

    def array(self, side: Side, name: str) -> Any:
        """One array, opened once; the setting for empty chunks must be made again at every
        opening.
        """
        key = f"{side}/{name}"
        if key not in self._open:
            folder = zarr.storage.LocalStore(self.path)
            array = zarr.open_array(folder, path=key, mode="r+", zarr_format=3)
            self._open[key] = array.with_config(WRITE_EMPTY)
        return self._open[key]

    def region(self, unit: Unit) -> tuple[slice, ...]:
        rows = self.layout.rows(0, unit.i)
        return (rows, self.layout.rows(1, unit.j)) if self.model.per_replica(unit.side) else (rows,)

    def _state_file(self, unit: Unit) -> Path:
        inner = [str(unit.i), str(unit.j)] if self.model.per_replica(unit.side) else [str(unit.i)]
        return self.path.joinpath(unit.side, "state", "c", *inner)

    def is_done(self, unit: Unit) -> bool:
        """A unit asked for is done when its state is on disk: corners' states go when they are
        asked for.
        """
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
            self.path.joinpath(unit.side, o.name, inner, *["0"] * len(o.dims)).unlink(
                missing_ok=True
            )

    def batch(self, unit: Unit) -> Batch:
        """The rows of a unit, cells slowest; parameter values are those stored as coordinates."""
        region = self.region(unit)
        paired = self.model.per_replica(unit.side)
        return Batch.of_cells(
            self.model,
            self.columns(unit.side, region[0]),
            self.fixed,
            self.array(unit.side, "replica")[region[1]] if paired else np.zeros(1, np.int64),
            region[0].stop - region[0].start,
            self.identity["seed"],
            self.identity["common_random_numbers"],
        )

    def columns(self, side: Side, cells: slice) -> dict[str, npt.NDArray[Any]]:
        """Axis values of some positions along ``cell``."""
        known = self.model.parameters
        return {n: decoded(known[n], self.array(side, n)[cells]) for n in self.axes}

    def write(
        self, unit: Unit, rows: dict[str, npt.NDArray[Any]], state: npt.NDArray[np.uint8], log: Any
    ) -> None:
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


def _differences(mine: dict[str, Any], sweep: Sweep) -> Iterator[tuple[str, Any, Any]]:
    """Names and values in which a store's identity differs from a sweep's; a missing parameter is
    at its default.
    """
    theirs, defaults = sweep.identity, sweep.parameters.__class__().model_dump(mode="json")
    for key in ("model", "version"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]
    swept = [
        {name for names in identity["axes"].values() for name in names}
        for identity in (mine, theirs)
    ]
    for name in sorted(defaults):
        here, there = (
            "an axis" if name in axes else identity["fixed"].get(name, defaults[name])
            for identity, axes in zip((mine, theirs), swept, strict=True)
        )
        if here != there:
            yield name, here, there
    for key in ("seed", "axes", "common_random_numbers", "simulation"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]


def open_existing(path: str | Path) -> Store:
    """The store at a path; a clear line where there is none."""
    path = Path(path)
    if not path.exists():
        raise ToysimError(f"no store at {path}; run toysim sweep first, or check the path")
    return Store(path)
