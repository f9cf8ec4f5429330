"""The dataset of a sweep on disk: Zarr format 3, one chunk of every array a block, a state flag
written last.

    NAME.zarr/
      zarr.json      attributes (identity, layout, provenance) and all array metadata, one document
      inputs/        fixed parameters that are arrays; the identity has their digests
      simulation/    cell, replica, axes, record times, observables, status; state(cell, replica)
      theory/        the same names where theory predicts them; valid, diagnostics; state
      refinement/    rows run again at half and a quarter of the step: observables; state(row)
      log.jsonl      runs, blocks with their times, errors

``state`` is the only judge of done; ``outcomes.State`` has its words. A block's data are on disk
(synced) before its state is written, so a kill or a power cut loses at most the blocks in flight.
Positions without a cell carry cell = -1, those without a replica replica = -1.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.errors import StoreError, ToysimError
from toysim.model import Model, Observable, Side
from toysim.registry import load_model
from toysim.shown import identified
from toysim.store.arrays import ChunkedArray
from toysim.store.document import KEY
from toysim.store.files import one_line
from toysim.store.homes import Home, home_of
from toysim.store.layout import REFINEMENT, Layout, Part, RefinedRows, Unit, refined, stored
from toysim.store.opening import local
from toysim.store.schema import Document, decoded

INPUTS: Literal["inputs"] = "inputs"


class Store:
    """An open store; ``growth.prepare`` makes one or lets it grow."""

    def __init__(self, place: Home | str | Path, root: Document | None = None) -> None:
        self.home = home_of(place)
        self.new = root is not None  # being made now
        root = root or self.home.root()
        self.attributes: dict[str, Any] = root["attributes"]
        self.documents: dict[str, Document] = root["consolidated_metadata"]["metadata"]
        self.meta: dict[str, Any] = self.attributes[KEY]
        self.layout = Layout.from_json(self.meta["layout"])
        self.refined_rows = RefinedRows.from_json(self.meta.get(REFINEMENT))
        self._stamp = self.home.stamp()
        self._open: dict[str, ChunkedArray] = {}
        self._outputs: dict[Part, tuple[Observable, ...]] = {}

    @property
    def path(self) -> Path:
        """What messages call it."""
        return self.home.path

    # What the store is the store of

    @property
    def format(self) -> int:
        return int(self.meta["format"])

    @property
    def identity(self) -> dict[str, Any]:
        return {"simulation": True, **self.meta["identity"]}  # what older stores do not say

    @cached_property
    def model(self) -> Model:
        model = self.identity["model"]
        try:
            return load_model(model)
        except ToysimError as error:
            mend = "if it is an object of yours, open_store(path, model=...)"
            raise StoreError(
                f"{self.path} is of a model that is not here: {error}; {mend}"
            ) from None

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """Values of the parameters that are not swept; one added to the model since has its
        default.
        """
        known = {**self.model.defaults, **self.identity["fixed"]}
        return {n: self._input(n, v) for n, v in known.items() if n not in self.axes}

    def _input(self, name: str, value: Any) -> Any:
        """A fixed value; an array, which the identity has the digest of, from its file."""
        if not isinstance(value, dict):
            return value
        try:
            found = self.array(INPUTS, name)[...].tolist()
        except (OSError, RuntimeError, ValueError, LookupError):
            found = None
        if found is None or identified(found) != value:
            raise StoreError(
                f"{self.path} is damaged: values of {name} ({INPUTS}/{name}) are lost or changed; "
                "run the same command with --repair to write them again"
            )
        return found

    @property
    def inputs(self) -> list[str]:
        """Fixed parameters that are arrays."""
        return [name for name, value in self.identity["fixed"].items() if isinstance(value, dict)]

    @property
    def sides(self) -> tuple[Side, ...]:
        """The groups it has beside refinement."""
        return self.model.sides(self.identity["simulation"])

    @property
    def axes(self) -> list[str]:
        return [name for names in self.identity["axes"].values() for name in names]

    @cached_property
    def first_parameters(self) -> Any:
        """Typed parameters of the first cell: they give the observables' sizes."""
        first = {n: v[0] for n, v in self.columns(self.sides[0], slice(0, 1)).items()}
        return self.model.validate({**self.fixed, **first})

    # Arrays

    def describe(self, key: str, document: Document) -> None:
        """Make an array or a group, or change its document."""
        self.documents[key] = document
        self._open.pop(key, None)
        self.home.describe(key, document)

    def array(self, part: Part | Literal["inputs"], name: str) -> ChunkedArray:
        """One array."""
        key = f"{part}/{name}"
        if key not in self._open:
            if "shape" not in self.documents.get(key, {}):
                raise StoreError(
                    f"{self.path} is damaged: its zarr.json has no array {key}; run the same "
                    "command with --repair to put its copy back"
                )
            self._open[key] = ChunkedArray.described(self.home, key, self.documents[key])
        return self._open[key]

    def outputs(self, part: Part) -> tuple[Observable, ...]:
        """The observables that a part has an array of."""
        if part not in self._outputs:
            given = self.model, self.first_parameters
            found = refined(*given) if part == REFINEMENT else stored(given[0], part, given[1])
            self._outputs[part] = found
        return self._outputs[part]

    def region(self, unit: Unit) -> tuple[slice, ...]:
        """Where a unit lies in the arrays of its part."""
        if unit.part == REFINEMENT:
            return (self.refined_rows.rows(unit.i),)
        cells = self.layout.rows(0, unit.i)
        paired = self.model.per_replica(unit.part)
        return (cells, self.layout.rows(1, unit.j)) if paired else (cells,)

    def _chunk(self, unit: Unit, name: str, inner: int = 0) -> str:
        """The key of a unit's chunk of an array with ``inner`` dimensions of its own."""
        paired = unit.part != REFINEMENT and self.model.per_replica(unit.part)
        place = (unit.i, unit.j) if paired else (unit.i,)
        return self.array(unit.part, name).chunk_key((*place, *[0] * inner))

    def _data_chunks(self, unit: Unit) -> dict[str, str]:
        steps = 1 if unit.part == REFINEMENT else 0
        outputs = self.outputs(unit.part)
        return {o.name: self._chunk(unit, o.name, steps + len(o.dims)) for o in outputs}

    def is_done(self, unit: Unit) -> bool:
        """A unit asked for is done when its state is there: corners' states go when asked for."""
        return self.home.holds(self._chunk(unit, "state"))

    def missing_files(self, unit: Unit) -> list[str]:
        """Arrays whose chunk of a done unit is gone or empty: somebody damaged the store."""
        return [name for name, key in self._data_chunks(unit).items() if not self.home.holds(key)]

    def readable(self, unit: Unit) -> bool:
        """Whether every chunk of a done unit passes its checksum."""
        names = [o.name for o in self.outputs(unit.part)]
        try:
            for name in [*names, "state"]:
                self.array(unit.part, name)[self.region(unit)]
        except (OSError, RuntimeError, ValueError):
            return False
        return True

    def forget(self, unit: Unit) -> None:
        """Mark a unit as not run and drop its chunks; its state goes first."""
        for key in (self._chunk(unit, "state"), *self._data_chunks(unit).values()):
            self.home.drop(key)

    def committed(self) -> None:
        """Its root document is the one that was just written."""
        self._stamp = self.home.stamp()

    def refuse_moved(self) -> None:
        """Nothing is written where this store is no more: another may stand at its path by now."""
        stamp = self.home.stamp()
        if stamp == self._stamp and stamp is not None:
            return
        there = self.home.root() if stamp else None
        if there is None or _origin(there["attributes"]) != _origin(self.attributes):
            raise StoreError(
                f"{self.path} was moved, removed or replaced while it was written; this run stops: "
                "put it back and run the same command again"
            )
        self._stamp = stamp

    # Rows

    def columns(self, side: Side, cells: slice) -> dict[str, npt.NDArray[Any]]:
        """Axis values of some positions along ``cell``."""
        return {n: self.column(side, n, cells) for n in self.axes}

    def column(self, side: Side, name: str, cells: slice) -> npt.NDArray[Any]:
        """Values of one axis."""
        return decoded(self.model.parameters[name], self.array(side, name)[cells])

    def batch(self, unit: Unit) -> Batch:
        """The rows of a unit, cells slowest; parameter values are those stored as coordinates."""
        if unit.part == REFINEMENT:
            return self._refined_batch(self.region(unit)[0])
        region = self.region(unit)
        paired = self.model.per_replica(unit.part)
        return Batch.of_cells(
            self.model,
            self.columns(unit.part, region[0]),
            self.fixed,
            self.array(unit.part, "replica")[region[1]] if paired else np.zeros(1, np.int64),
            region[0].stop - region[0].start,
            self.identity["seed"],
            self.identity["common_random_numbers"],
        )

    def _refined_batch(self, rows: slice) -> Batch:
        cells, replicas = np.array(self.refined_rows.places[rows]).T
        columns = self.columns("simulation", slice(None))
        return Batch(
            self.model,
            {name: column[cells] for name, column in columns.items()},
            self.fixed,
            self.array("simulation", "replica")[:][replicas],
            self.identity["seed"],
            self.identity["common_random_numbers"],
        )

    def write(
        self, unit: Unit, rows: dict[str, npt.NDArray[Any]], state: npt.NDArray[Any], log: Any
    ) -> None:
        """Store a unit: data, sync, its line in the log, and last its state."""
        region = self.region(unit)
        lengths = tuple(s.stop - s.start for s in region)
        self.refuse_moved()
        with one_line(self.path, "write"):
            for o in self.outputs(unit.part):
                values = rows[o.name]
                self.array(unit.part, o.name)[region] = values.reshape(lengths + values.shape[1:])
            self.home.sync()
        self.refuse_moved()  # the sync takes long enough for that; a state there would be believed
        with one_line(self.path, "write"):
            self.home.append(log)
            self.array(unit.part, "state")[region] = state.reshape(lengths)


def root_document(attributes: dict[str, Any], documents: dict[str, Document]) -> Document:
    """Attributes, and the documents of all arrays and groups."""
    return {
        "attributes": attributes,
        "zarr_format": 3,
        "consolidated_metadata": {
            "kind": "inline",
            "must_understand": False,
            "metadata": dict(sorted(documents.items())),
        },
        "node_type": "group",
    }


def _origin(attributes: dict[str, Any]) -> Any:
    """What stays while a store grows: no other one has it."""
    meta = attributes[KEY]
    return meta["identity"], meta["provenance"]["created"]


def commit_root(store: Store, durable: bool = True) -> None:
    """Make everything prepared so far part of the store, at once, after it has reached the disk.

    A new store does not wait for that: its first block does before it writes its state, and a run
    that finds no finished block lays the store out again.
    """
    store.attributes[KEY] |= {"layout": store.layout.as_json()}
    if durable:
        store.home.sync()
    store.home.commit(root_document(store.attributes, store.documents))
    store.committed()


def open_existing(path: str | Path) -> Store:
    """The store at a path; a clear line where there is none."""
    path = local(path)
    if not path.exists():
        raise ToysimError(f"no store at {path}; run toysim sweep first, or check the path")
    return Store(path)
