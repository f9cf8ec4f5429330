"""The arrays of a store: names, dimensions, chunks, codecs, and the attributes that label them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from toysim.model import Model, Observable, Parameter, Side
from toysim.runner.layout import Layout, stored
from toysim.runner.spec import Sweep

NOT_RUN, OK, FAILED, TIMED_OUT, CORNER = range(5)
STATES = ("not_run", "ok", "failed", "timed_out", "not_asked_for")
STATE_ATTRIBUTES: dict[str, Any] = {
    "long_name": "state of the cell",
    "units": "1",
    "flag_values": list(range(5)),
    "flag_meanings": " ".join(STATES),
}
COORDINATE_CHUNK = 256  # at least this many cells in a chunk of a coordinate
CODECS = (
    ZstdCodec(level=1),
    Crc32cCodec(),
)  # zstd alone reads a flipped byte back as a wrong number
WRITE_EMPTY: Any = {
    "write_empty_chunks": True
}  # a chunk of zeros must exist, or it could not be told from a lost one


def decoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stored coordinate to parameter values: choices lie on disk as flags (CF), not as text."""
    return np.array(parameter.choices)[values] if parameter.kind == "choice" else values


def encoded(parameter: Parameter, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Parameter values as they lie on disk."""
    if parameter.kind != "choice":
        return values
    return np.array([parameter.choices.index(v) for v in values.tolist()], np.int8)


def create_group(path: Path, side: Side, sweep: Sweep, layout: Layout) -> None:
    """One side's group with all its arrays, empty: indices, axis values, outputs, state."""
    paired = side == "simulation" or sweep.model.paired
    grid = ("cell", "replica") if paired else ("cell",)
    lengths, chunks = (layout.n_cells, layout.n_replicas), layout.block
    sizes = sweep.model.sizes(sweep.parameters)
    group: Any = zarr.create_group(zarr.storage.LocalStore(path / side), zarr_format=3)
    group.attrs["coordinates"] = " ".join(sweep.axis_names)
    for name, attrs in _index_attributes(sweep.model, side).items():
        axis = ("cell", "replica").index(name) if name in ("cell", "replica") else None
        length = lengths[axis] if axis is not None else sizes[name]
        chunk = coordinate_chunk(chunks[axis]) if axis is not None else length
        _array(group, name, (length,), (chunk,), "int64", (name,), -1, attrs)
        if axis is None:
            group[name][:] = np.arange(length)
    for d in sweep.dimensions:
        for name, values in d.values.items():
            p = sweep.model.parameters[name]
            dtype = "int8" if p.kind == "choice" else p.dtype
            extra = tuple(f"{name}_{k}" for k in range(values.ndim - 1))
            shape = (lengths[0], *values.shape[1:])
            chunk_shape = (coordinate_chunk(chunks[0]), *values.shape[1:])
            _array(
                group,
                name,
                shape,
                chunk_shape,
                dtype,
                ("cell", *extra),
                None,
                parameter_attributes(p),
            )
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
            observable_attributes(o),
        )
    _array(group, "state", lengths[:n], chunks[:n], "uint8", grid, 0, STATE_ATTRIBUTES)


def _index_attributes(model: Model, side: Side) -> dict[str, dict[str, str]]:
    """Dimension coordinates of a group with their long names."""
    found = {"cell": "position of the cell in the store, -1 if none"}
    if side == "simulation" or model.paired:
        found["replica"] = "index of the replica's random stream, -1 if none"
    used = {d for o in model.outputs(side) for d in o.dims}
    found |= {d.name: d.long_name for d in model.dims if d.name in used}
    return {name: {"long_name": text, "units": "1"} for name, text in found.items()}


def parameter_attributes(p: Parameter) -> dict[str, Any]:
    """Label of a parameter's coordinate, CF-style."""
    attrs: dict[str, Any] = {"long_name": p.meaning, "units": p.unit, "symbol": p.symbol}
    if p.kind == "choice":
        attrs |= {"flag_values": list(range(len(p.choices))), "flag_meanings": " ".join(p.choices)}
    return attrs


def observable_attributes(o: Observable) -> dict[str, Any]:
    """Label of an output."""
    return {"long_name": o.long_name, "units": o.unit}


def coordinate_chunk(block: int) -> int:
    """Cells in a chunk of a coordinate: whole blocks, but not a file for each small one."""
    return block * -(-COORDINATE_CHUNK // block)


def _array(
    group: Any,
    name: str,
    shape: Any,
    chunks: Any,
    dtype: str,
    dims: Any,
    fill: Any,
    attrs: dict[str, Any],
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
