"""Where a sweep's rows lie in its store: blocks, segments, requests. Arithmetic on indices, no
files.

Positions along ``cell`` and ``replica`` are cut into blocks; a block of both is one chunk of every
array and the unit of work. Growth appends segments that start on a block boundary, so no written
chunk is ever touched again; the positions between two segments hold nothing. NumPy loads in the
functions that need it: status does without.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from toysim.model import Model, Observable, Side

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from toysim.plan import Sweep

BLOCK_ROWS = 50_000  # of scalars: storage costs a few ms a block, 1 us a row at this size
BLOCK_SECONDS = 1.0  # at most this much work is lost with a block in flight
BLOCK_BYTES = 16 * 2**20  # of one array
BLOCK_LEAST_SECONDS = 0.5  # storing a block of a dozen arrays takes 5 to 20 ms, its sync included
BLOCKS_WANTED = 16


Part = Literal["simulation", "theory", "refinement"]  # the groups of a store that hold rows
REFINEMENT: Literal["refinement"] = "refinement"
REFINED_BY = (2, 4)  # divisors of the step
HOLE = [-1, -1]


@dataclass(frozen=True)
class Unit:
    """One block of work: rows of one part at cell block ``i``, replica block ``j``."""

    part: Part
    i: int
    j: int


def block_shape(sweep: Sweep, rows: int | None = None) -> tuple[int, int]:
    """(cells, replicas) of a block; from declared costs, never from a clock, so that layouts are
    reproducible.
    """
    if rows is None:
        widest = max(row_bytes(sweep.model, o, sweep.parameters) for o in sweep.model.observables)
        rows = _rows_of_a_block(sweep.seconds_a_row, sweep.n_cells * sweep.replicas)
        rows = min(rows, BLOCK_ROWS, max(1, BLOCK_BYTES // max(widest, 1)))
    replicas = min(sweep.replicas, rows)
    return max(1, min(rows // replicas, sweep.n_cells)), replicas


def _rows_of_a_block(seconds_a_row: float, n_rows: int) -> int:
    """So many that a block takes a second, or half of one where that would leave workers idle; the
    last one is not a stub.
    """
    per_row = max(seconds_a_row, 1e-9)
    wanted = min(BLOCK_SECONDS, max(per_row * n_rows / BLOCKS_WANTED, BLOCK_LEAST_SECONDS))
    blocks = min(max(1, round(per_row * n_rows / wanted)), max(n_rows, 1))
    return max(1, -(-n_rows // blocks))


def row_bytes(model: Model, observable: Observable, parameters: Any) -> int:
    """Bytes of one observable in one row, before compression."""
    import numpy as np

    sizes = model.sizes(parameters)
    return int(np.dtype(observable.dtype).itemsize) * math.prod(sizes[d] for d in observable.dims)


def stored(model: Model, side: Side, parameters: Any) -> tuple[Observable, ...]:
    """The outputs that get an array: those with at least one number a row."""
    sizes = model.sizes(parameters)
    return tuple(o for o in model.outputs(side) if all(sizes[d] > 0 for d in o.dims))


def refined(model: Model, parameters: Any) -> tuple[Observable, ...]:
    """The outputs that are compared at smaller steps: floating, and predicted by theory."""
    predicted = {o.name for o in model.outputs("theory") if o.dtype.startswith("float")}
    return tuple(o for o in stored(model, "simulation", parameters) if o.name in predicted)


@dataclass
class RefinedRows:
    """Rows that are run again at smaller steps, by their place (cell, replica) in the store.

    Places that come later begin a new block; what is left of the block before is a HOLE.
    """

    block: int = 1
    places: list[list[int]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # that have had their rows chosen

    def __len__(self) -> int:
        return len(self.places)

    def rows(self, block: int) -> slice:
        """The filled positions of one block."""
        start = block * self.block
        filled = [p for p in self.places[start : start + self.block] if p != HOLE]
        return slice(start, start + len(filled))

    def units(self) -> Iterator[Unit]:
        for i in range(-(-len(self.places) // self.block)):
            yield Unit(REFINEMENT, i, 0)

    def added(self, places: list[list[int]], seconds_a_row: float) -> RefinedRows:
        """With places that are not there yet."""
        known = {tuple(place) for place in self.places}
        new = [place for place in places if tuple(place) not in known]
        if not self.places:
            return RefinedRows(_rows_of_a_block(seconds_a_row, len(new)), new, self.requests)
        rest = -len(self.places) % self.block if new else 0
        return RefinedRows(self.block, [*self.places, *[HOLE] * rest, *new], self.requests)

    @classmethod
    def from_json(cls, raw: dict[str, Any] | None) -> RefinedRows:
        return cls(**(raw or {}))

    def as_json(self) -> dict[str, Any]:
        return {"block": self.block, "places": self.places, "requests": self.requests}


@dataclass
class Layout:
    """The positions of a store: block shape, segments of both dimensions, and what was asked for so
    far.

    ``requests`` maps a sweep's request hash to the cell blocks it touches (as ranges) and its
    replicas.
    """

    block: tuple[int, int]
    cells: list[list[int]]  # segments [start, stop)
    replicas: list[list[int]]
    requests: dict[str, dict[str, Any]]
    digests: list[str] = field(default_factory=list)  # of the axis values of each cell segment

    @property
    def n_cells(self) -> int:
        return self.cells[-1][1]

    @property
    def n_replicas(self) -> int:
        return self.replicas[-1][1]

    def rows(self, axis: Literal[0, 1], block: int) -> slice:
        """The filled positions of one block along cell (0) or replica (1)."""
        start = block * self.block[axis]
        segments = self.replicas if axis else self.cells
        stop = next(s[1] for s in segments if s[0] <= start < s[1])
        return slice(start, min(stop, start + self.block[axis]))

    def filled(self, axis: Literal[0, 1]) -> npt.NDArray[np.int64]:
        """All positions along a dimension that hold a cell or a replica."""
        import numpy as np

        segments = self.replicas if axis else self.cells
        return np.concatenate([np.arange(*segment) for segment in segments])

    def blocks(self, axis: Literal[0, 1]) -> list[int]:
        """Every block along a dimension, in the order of its segments."""
        segments, size = (self.replicas if axis else self.cells), self.block[axis]
        return [b for start, stop in segments for b in range(start // size, -(-stop // size))]

    def replica_blocks(self, replicas: int) -> list[int]:
        """Blocks that hold replica indices below ``replicas``."""
        found, before = [], 0
        for start, stop in self.replicas:
            for b in range(start // self.block[1], -(-stop // self.block[1])):
                if before + b * self.block[1] - start < replicas:
                    found.append(b)
            before += stop - start
        return found

    def asked(self, request: str | None = None) -> dict[int, int]:
        """Replicas asked of each cell block, by one request or by all of them."""
        replicas: dict[int, int] = {}
        for name, entry in self.requests.items():
            if request in (None, name):
                for first, last in entry["blocks"]:
                    for i in range(first, last):
                        replicas[i] = max(replicas.get(i, 0), entry["replicas"])
        return replicas

    def units(self, side: Side, paired: bool, request: str | None = None) -> Iterator[Unit]:
        """The units asked for; theory that is not paired has one unit a cell block."""
        cache: dict[int, list[int]] = {}
        for i, replicas in sorted(self.asked(request).items()):
            if side == "theory" and not paired:
                yield Unit(side, i, 0)
                continue
            for j in cache.setdefault(replicas, self.replica_blocks(replicas)):
                yield Unit(side, i, j)

    def corners(self) -> Iterator[tuple[int, int]]:
        """Blocks of the grid of positions that nobody asked for."""
        for i, replicas in self.asked().items():
            inside = set(self.replica_blocks(replicas))
            for j in self.blocks(1):
                if j not in inside:
                    yield i, j

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Layout:
        return cls(**{**raw, "block": tuple(raw["block"])})

    def as_json(self) -> dict[str, Any]:
        return {
            "block": list(self.block),
            "cells": self.cells,
            "replicas": self.replicas,
            "requests": self.requests,
            "digests": self.digests,
        }


def first_layout(sweep: Sweep, block: tuple[int, int]) -> Layout:
    """The layout of a new store: one segment, one request."""
    request = {"blocks": [[0, -(-sweep.n_cells // block[0])]], "replicas": sweep.replicas}
    return Layout(block, [[0, sweep.n_cells]], [[0, sweep.replicas]], {sweep.request_hash: request})
