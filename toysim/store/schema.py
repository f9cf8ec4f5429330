"""The arrays of a store: names, dimensions, chunks, codecs, and the attributes that label them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.model import Model, Observable, Side
from toysim.observables import RECORD
from toysim.outcomes import State, word
from toysim.parameters import Parameter
from toysim.plan import Sweep
from toysim.records import Clock
from toysim.store import codec
from toysim.store.layout import Layout, stored

STATE_ATTRIBUTES: dict[str, Any] = {
    "long_name": "state",
    "description": "state of the cell",
    "flag_values": [int(state) for state in State],
    "flag_meanings": " ".join(word(state) for state in State),
}
COORDINATE_CHUNK = 256  # at least this many cells in a chunk of a coordinate

Document = dict[str, Any]  # of an array or a group, as Zarr format 3 has it


@dataclass(frozen=True)
class Declared:
    """An array before it is made."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str
    fill: Any
    attributes: dict[str, Any]

    def document(self) -> Document:
        """As Zarr writes it."""
        # A dimension of length 0 still needs a chunk length.
        chunks = [max(1, c) for c in self.chunks]
        return {
            "shape": list(self.shape),
            "data_type": self.dtype,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": "NaN" if self.fill != self.fill else self.fill,
            "codecs": codec.described(self.dtype),
            "attributes": self.attributes,
            "dimension_names": list(self.dims),
            "zarr_format": 3,
            "node_type": "array",
            "storage_transformers": [],
        }


def group_document(**attributes: Any) -> Document:
    return {"attributes": attributes, "zarr_format": 3, "node_type": "group"}


def missing_value(dtype: str) -> Any:
    """What stands where a row has not run: NaN, the lowest integer, false."""
    kind = np.dtype(dtype).kind
    if kind == "f":
        return np.nan
    return int(np.iinfo(dtype).min) if kind == "i" else np.zeros((), dtype).item()


def decoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stored coordinate to parameter values: choices lie on disk as flags (CF), not as text."""
    return np.array(parameter.choices)[values] if parameter.kind == "choice" else values


def encoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Parameter values as they lie on disk."""
    if parameter.kind != "choice":
        return values
    return np.array([parameter.choices.index(v) for v in values.tolist()], np.int8)


def side_documents(sweep: Sweep, side: Side, layout: Layout) -> dict[str, Document]:
    """One side's group and all its arrays, by key: indices, axis values, outputs, state."""
    clock = recorded_on(sweep.model, side, sweep.parameters)
    named = " ".join([*sweep.axis_names, *([clock.name] if clock else [])])
    sizes = sweep.model.sizes(sweep.parameters)
    arrays = (
        *_indices(sweep, side, layout, sizes),
        *axis_arrays(sweep, layout),
        *_outputs(sweep, side, layout, sizes),
    )
    group = {side: group_document(coordinates=named)}
    return group | {f"{side}/{array.name}": array.document() for array in arrays}


def _indices(sweep: Sweep, side: Side, layout: Layout, sizes: dict[str, int]) -> Iterator[Declared]:
    """Numbered dimensions, and the clock's record times."""
    cells, replicas = (coordinate_chunk(n) for n in layout.block)
    cell = labelled("cell", "position of the cell in the store, -1 if none")
    yield Declared("cell", ("cell",), (layout.n_cells,), (cells,), "int64", -1, cell)
    if sweep.model.per_replica(side):
        replica = labelled("replica", "index of the replica's random stream, -1 if none")
        n = (layout.n_replicas,)
        yield Declared("replica", ("replica",), n, (replicas,), "int64", -1, replica)
    for name, text in inner_dimensions(sweep.model, side).items():
        shape = (sizes[name],)
        yield Declared(name, (name,), shape, shape, "int64", -1, labelled(name, text))
    clock = recorded_on(sweep.model, side, sweep.parameters)
    if clock:
        n_records = sizes[RECORD]
        lengths, chunks = (layout.n_cells, n_records), (cells, n_records)
        label = clock_attributes(clock)
        yield Declared(clock.name, ("cell", RECORD), lengths, chunks, "float64", np.nan, label)


def axis_arrays(sweep: Sweep, layout: Layout) -> Iterator[Declared]:
    """The coordinates of swept parameters."""
    chunk = coordinate_chunk(layout.block[0])
    for d in sweep.dimensions:
        for name, values in d.values.items():
            p, inner = sweep.model.parameters[name], values.shape[1:]
            dims = ("cell", *(f"{name}_{k}" for k in range(len(inner))))
            dtype = "int8" if p.kind == "choice" else p.dtype
            fill = np.nan if p.kind == "float" else np.zeros((), dtype).item()
            shape, attributes = (layout.n_cells, *inner), parameter_attributes(p)
            yield Declared(name, dims, shape, (chunk, *inner), dtype, fill, attributes)


def _outputs(sweep: Sweep, side: Side, layout: Layout, sizes: dict[str, int]) -> Iterator[Declared]:
    """One chunk of each is a block."""
    n = 2 if sweep.model.per_replica(side) else 1
    grid = ("cell", "replica")[:n]
    lengths, block = (layout.n_cells, layout.n_replicas)[:n], layout.block[:n]
    for o in stored(sweep.model, side, sweep.parameters):
        inner = tuple(sizes[d] for d in o.dims)
        yield Declared(
            o.name,
            grid + o.dims,
            lengths + inner,
            block + inner,
            o.dtype,
            missing_value(o.dtype),
            observable_attributes(o),
        )
    state = int(State.NOT_RUN)
    yield Declared("state", grid, lengths, block, "uint8", state, STATE_ATTRIBUTES)


def recorded_on(model: Model, side: Side, parameters: Any) -> Clock | None:
    """The clock of a side that has time courses at these parameters."""
    courses = any(RECORD in o.dims for o in stored(model, side, parameters))
    return model.clock if courses else None


def inner_dimensions(model: Model, side: Side) -> dict[str, str]:
    """Dimensions of a side's outputs with their long names."""
    used = {d for o in model.outputs(side) for d in o.dims}
    return {d.name: d.long_name for d in model.dims if d.name in used}


def labelled(name: str, meaning: str, unit: str = "1") -> dict[str, Any]:
    """Attributes of a number without more to say. ``long_name`` is what pictures write on an axis,
    so it is short; a pure number has no unit (CF).
    """
    label = {"long_name": name.replace("_", " "), "description": meaning}
    return label | ({} if unit == "1" else {"units": unit})


def clock_attributes(clock: Clock) -> dict[str, Any]:
    """Label of the record times."""
    return labelled(clock.name, f"{clock.name} of the record", clock.unit)


def parameter_attributes(p: Parameter) -> dict[str, Any]:
    """Label of a parameter's coordinate, CF-style."""
    attrs = labelled(p.name, p.meaning, p.unit) | {"symbol": p.symbol}
    if p.kind == "choice":
        flags = {"flag_values": list(range(len(p.choices))), "flag_meanings": " ".join(p.choices)}
        attrs |= flags
    return attrs


def observable_attributes(o: Observable) -> dict[str, Any]:
    """Label of an output; integers say which number stands for none."""
    label = labelled(o.name, o.long_name, o.unit)
    if np.dtype(o.dtype).kind == "i":
        label["missing_value"] = missing_value(o.dtype)
    return label


def coordinate_chunk(block: int) -> int:
    """Cells in a chunk of a coordinate: whole blocks, but not a file for each small one."""
    return block * -(-COORDINATE_CHUNK // block)
