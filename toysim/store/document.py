"""The root document of a store: all array metadata, layout and identity in one file, ``zarr.json``,
sealed with a checksum; ``--repair`` puts back the copy that lies beside it.

Everything is checked before it is used: a number of it says how much memory is taken and how long
is searched. Documents of older versions have no checksum.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toysim.errors import StoreError
from toysim.observables import ROW
from toysim.store.layout import HOLE, REFINEMENT
from toysim.store.opening import content_of, local

KEY = "toysim"  # attribute of the root group that makes a Zarr folder a store
ROOT = "zarr.json"
COPY = ".zarr.json.copy"
LOCK = ".toysim.lock"
FORMAT = 2
READABLE = (1, FORMAT)
LONGEST = 2**28  # bytes of a document
MOST = 2 * 10**8  # positions along a dimension
MOST_BLOCKS = 10**7
CHUNK_BYTES = 2**33  # a chunk is at least a row: one time course may be long

Whole = Annotated[int, Field(ge=0, le=MOST)]
Positive = Annotated[int, Field(ge=1, le=MOST)]
Range = Annotated[list[Whole], Field(min_length=2, max_length=2)]
Segments = Annotated[list[Range], Field(min_length=1)]
Item = Literal["float64", "float32", "int64", "int32", "int16", "int8", "uint8", "bool"]
BYTES = {"float64": 8, "float32": 4, "int64": 8, "int32": 4, "int16": 2}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Request(_Strict):
    blocks: list[Range]
    replicas: Positive


class _Layout(_Strict):
    block: Annotated[list[Positive], Field(min_length=2, max_length=2)]
    cells: Segments
    replicas: Segments
    requests: dict[str, _Request]
    digests: list[str] = []


class _Identity(_Strict):
    model: str
    version: int
    fixed: dict[str, Any]
    axes: dict[str, Annotated[list[str], Field(min_length=1)]]
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    common_random_numbers: bool
    simulation: bool = True


class _Refined(_Strict):
    block: Positive = 1
    places: list[Annotated[list[int], Field(min_length=2, max_length=2)]] = []
    requests: list[str] = []


class _Provenance(_Strict):
    created: str
    versions: dict[str, str]
    git_commit: str
    host: str
    sweep_text: str
    sweep_hash: str


class _Meta(_Strict):
    name: Annotated[str, Field(pattern="^[^/]*$")]
    identity: _Identity
    layout: _Layout
    provenance: _Provenance
    refinement: _Refined = _Refined()


class _Chunks(_Strict):
    chunk_shape: list[Positive]


class _Grid(_Strict):
    configuration: _Chunks


class _Codec(_Strict):
    name: str


class _Array(_Strict):
    shape: list[Whole]
    data_type: Item
    chunk_grid: _Grid
    codecs: list[_Codec]
    fill_value: float | int | bool | Literal["NaN"]
    dimension_names: list[str]


def read_root(path: Path) -> dict[str, Any]:
    """The root document of a store, checked, without importing zarr."""
    local(path)
    root = path / ROOT
    if not root.is_file():
        raise StoreError(_without(path))
    try:
        return _checked(json.loads(content_of(root, LONGEST)), path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        why = " ".join(str(error).split())[:100]
        raise StoreError(f"{path} holds no readable toysim store ({why}); {_mend(path)}") from None


def readable(path: Path) -> bool:
    """Whether there is a root document that can be read."""
    try:
        read_root(path)
    except StoreError:
        return False
    return True


def write_root(path: Path, document: dict[str, Any]) -> None:
    """Replace the root document by one rename: readers see the shapes before a growth or after it,
    never a mixture. The copy goes first, so that it knows every block.
    """
    meta = document["attributes"][KEY]
    meta["checksum"] = checksum(document)
    content = json.dumps(document)
    for name in (COPY, ROOT):
        temporary = path / f"{name}.{uuid.uuid4().hex}.partial"
        temporary.write_text(content)
        os.replace(temporary, path / name)


def put_back(path: Path) -> None:
    """A document that is lost or cannot be read, from its copy if that can."""
    if readable(path) or not (path / COPY).is_file():
        return
    document = _checked(json.loads(content_of(path / COPY, LONGEST)), path)
    write_root(path, document)


def checksum(document: dict[str, Any]) -> str:
    """Of everything that data depend on: identity, layout, and the arrays' documents."""
    meta = {k: v for k, v in document["attributes"][KEY].items() if k != "checksum"}
    content = json.dumps([meta, document["consolidated_metadata"]["metadata"]], sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _without(path: Path) -> str:
    if any(path.glob("*/state/c/*")):
        return f"{path} has lost its zarr.json but still holds finished blocks; {_mend(path)}"
    return f"{path} is not a store of toysim (no zarr.json); give another path"


def _mend(path: Path) -> str:
    if (path / COPY).is_file():
        return "run the same command with --repair to put its copy back"
    return "put the document back, or give another path"


def _checked(document: Any, path: Path) -> dict[str, Any]:
    meta = document["attributes"][KEY]
    if meta["format"] not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise StoreError(
            f"{path} has store format {meta['format']!r}, this version reads {known}; open it with "
            "its version"
        )
    if "checksum" in meta and meta["checksum"] != checksum(document):
        raise ValueError("its checksum does not fit")
    if not isinstance(document["attributes"]["title"], str):
        raise ValueError("its title is no text")
    try:
        checked = _Meta.model_validate(meta)
        documents = document["consolidated_metadata"]["metadata"]
        arrays = {k: _Array.model_validate(d) for k, d in documents.items() if "/" in k}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{where}: {first['msg']}") from None
    _refuse_misfits(meta["format"], checked, arrays)
    found: dict[str, Any] = document
    return found


def _refuse_misfits(version: int, meta: _Meta, arrays: dict[str, _Array]) -> None:
    """What the parts of a document say of each other agrees."""
    layout, refined = meta.layout, meta.refinement
    ends = [
        _end(segments, size)
        for segments, size in zip((layout.cells, layout.replicas), layout.block, strict=True)
    ]
    if version > 1 and len(layout.digests) != len(layout.cells):
        raise ValueError("its segments and their digests differ in number")
    spans = [_blocks(a, z, layout.block[0]) for a, z in layout.cells]
    if math.prod(-(-n // size) for n, size in zip(ends, layout.block, strict=True)) > MOST_BLOCKS:
        raise ValueError("it has more blocks than a store can hold")
    for request in layout.requests.values():
        for a, b in request.blocks:
            if a >= b or sum(len(range(max(a, i), min(b, j))) for i, j in spans) != b - a:
                raise ValueError("a request names blocks that are not there")
    for place in refined.places:
        if place != HOLE and not all(0 <= p < n for p, n in zip(place, ends, strict=True)):
            raise ValueError("a row to refine is not there")
    lengths = dict(zip(("cell", "replica"), ends, strict=True)) | {ROW: len(refined.places)}
    sizes = dict(zip(("cell", "replica"), layout.block, strict=True))
    for key, array in arrays.items():
        _refuse_misfit(key, array, lengths, sizes)
    parts = {key.partition("/")[0] for key in arrays if key.endswith("/state")}
    if not parts or (len(refined.places) > 0) > (REFINEMENT in parts):
        raise ValueError("arrays are missing")


def _end(segments: list[list[int]], block: int) -> int:
    """Where the last one ends; they start on blocks and follow each other."""
    flat = [0, *(position for segment in segments for position in segment)]
    ordered = all(a <= b for a, b in pairwise(flat)) and all(a < b for a, b in segments)
    if not ordered or any(a % block for a, _ in segments) or segments[0][0]:
        raise ValueError("its segments are not in order")
    return flat[-1]


def _blocks(start: int, stop: int, size: int) -> tuple[int, int]:
    return start // size, -(-stop // size)


def _refuse_misfit(key: str, array: _Array, lengths: dict[str, int], sizes: dict[str, int]) -> None:
    chunks = array.chunk_grid.configuration.chunk_shape
    wrong = len(array.shape) != len(chunks) or len(array.dimension_names) != len(chunks)
    wrong |= math.prod(chunks) * BYTES.get(array.data_type, 1) > CHUNK_BYTES
    for name, n, chunk in zip(array.dimension_names, array.shape, chunks, strict=False):
        wrong |= n != lengths.get(name, n)
        wrong |= bool(chunk % sizes[name]) if name in sizes else name != ROW and chunk != max(n, 1)
    if wrong or [codec.name for codec in array.codecs] != ["bytes", "zstd", "crc32c"]:
        raise ValueError(f"{key} does not fit the layout")
