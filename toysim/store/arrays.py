"""An array of a store, cut into chunks that a home keeps: Zarr format 3 with a regular grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.store.homes import Home

Region = tuple[slice, ...]


@dataclass(frozen=True)
class ChunkedArray:
    """Reads and writes contiguous regions: ``array[2:5]``, ``array[2:5, 0:3]``, ``array[...]``.

    Positions whose chunk was never written hold ``fill``.
    """

    home: Home
    key: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    fill: Any

    @classmethod
    def described(cls, home: Home, key: str, document: dict[str, Any]) -> ChunkedArray:
        """The array of a Zarr document."""
        fill = document["fill_value"]
        return cls(
            home,
            key,
            tuple(document["shape"]),
            tuple(document["chunk_grid"]["configuration"]["chunk_shape"]),
            np.dtype(document["data_type"]),
            np.nan if fill == "NaN" else fill,
        )

    def __getitem__(self, region: Any) -> npt.NDArray[Any]:
        bounds = self._bounds(region)
        out = np.empty([stop - start for start, stop in bounds], self.dtype)
        for place, inside, outside in self._pieces(bounds):
            chunk = self.home.get(self.chunk_key(place), self.dtype, self.chunks)
            out[outside] = self.fill if chunk is None else chunk[inside]
        return out

    def __setitem__(self, region: Any, values: Any) -> None:
        bounds = self._bounds(region)
        given = np.broadcast_to(
            np.asarray(values, self.dtype), [stop - start for start, stop in bounds]
        )
        for place, inside, outside in self._pieces(bounds):
            piece = given[outside]
            if piece.shape != self.chunks:
                whole = self._start_of(place, inside)
                whole[inside] = piece
                piece = whole
            self.home.put(self.chunk_key(place), piece)

    def chunk_key(self, place: tuple[int, ...]) -> str:
        return "/".join((self.key, "c", *map(str, place)))

    def intact(self, start: int = 0, stop: int | None = None) -> bool:
        """Whether every chunk of some positions along the first axis is there and passes its
        checksum.
        """
        try:
            bounds = self._bounds(slice(start, stop))
            chunks = (self.chunk_key(place) for place, *_ in self._pieces(bounds))
            return all(self.home.get(k, self.dtype, self.chunks) is not None for k in chunks)
        except (OSError, RuntimeError, ValueError):
            return False

    def _bounds(self, region: Any) -> list[tuple[int, int]]:
        """Start and stop along every axis."""
        given = region if isinstance(region, tuple) else () if region is ... else (region,)
        whole = (slice(None),) * (len(self.shape) - len(given))
        return [part.indices(n)[:2] for part, n in zip((*given, *whole), self.shape, strict=True)]

    def _pieces(
        self, bounds: list[tuple[int, int]]
    ) -> Iterator[tuple[tuple[int, ...], Region, Region]]:
        """The chunks that a region touches: place, the part inside the chunk and in the region."""
        axes = [
            list(_along(start, stop, size))
            for (start, stop), size in zip(bounds, self.chunks, strict=True)
        ]
        for pieces in product(*axes):
            place, inside, outside = zip(*pieces, strict=True)
            yield place, inside, outside

    def _start_of(self, place: tuple[int, ...], inside: Region) -> npt.NDArray[Any]:
        """A chunk to write a part of: what it holds, but where all of it is written anew."""
        lengths = zip(place, self.chunks, self.shape, strict=True)
        filled = [min(size, n - k * size) for k, size, n in lengths]
        chunk = None
        if [part.stop - part.start for part in inside] != filled:
            chunk = self.home.get(self.chunk_key(place), self.dtype, self.chunks)
        return np.full(self.chunks, self.fill, self.dtype) if chunk is None else chunk.copy()


def _along(start: int, stop: int, size: int) -> Iterator[tuple[int, slice, slice]]:
    """Chunks of one axis that [start, stop) touches: number, the part of it, the part of it."""
    for k in range(start // size, -(-stop // size)):
        a, b = max(start, k * size), min(stop, (k + 1) * size)
        if a < b:
            yield k, slice(a - k * size, b - k * size), slice(a - start, b - start)
