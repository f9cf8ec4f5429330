"""A large sweep cut into pieces of its grid, each held against theory by itself: memory stays that
of a piece. Rows that are run again at smaller steps are chosen over the whole sweep, so sweeps of
models that need them are not cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod

import numpy as np
import xarray as xr

from toysim.comparison.realised import at_realised
from toysim.registry import load_model
from toysim.store import later
from toysim.store.later import Bounds, pieces
from toysim.store.refinement import needs_refinement
from toysim.store.sides import Sides


def rows_of(tree: xr.DataTree) -> int:
    """Cells of the grid times replicas."""
    return prod(tree["simulation"]["state"].shape)


def lengths_of(tree: xr.DataTree) -> dict[str, int]:
    """The grid of cells."""
    return {d: tree["simulation"].sizes[d] for d in json.loads(tree.attrs["axes"])}


def can_be_cut(tree: xr.DataTree) -> bool:
    return not needs_refinement(load_model(tree.attrs["model"]))


def boxes(tree: xr.DataTree, within: Bounds | None = None) -> Iterator[Bounds]:
    """The grid, or a box of it, in boxes of later.PIECE rows at most."""
    lengths = lengths_of(tree)
    bounds = within or tuple(slice(0, n) for n in lengths.values())
    cells = max(1, later.PIECE * prod(lengths.values()) // max(rows_of(tree), 1))
    for box in pieces(tuple(b.stop - b.start for b in bounds), cells):
        pairs = zip(box, bounds, strict=True)
        yield tuple(slice(b.start + at.start, b.stop + at.start) for b, at in pairs)


def cut(tree: xr.DataTree, box: Bounds) -> Sides:
    """Both sides of a box, theory at what the rows realise."""
    chosen = dict(zip(lengths_of(tree), box, strict=True))
    parts = {side: tree[side].to_dataset().isel(chosen) for side in ("simulation", "theory")}
    whole = xr.Dataset(attrs=tree.attrs)
    return at_realised(Sides.of(xr.DataTree.from_dict({"/": whole, **parts})))


def in_pieces(tree: xr.DataTree) -> Iterator[Sides]:
    """The pieces in order; each knows how large theory gets in the whole sweep."""
    sizes: dict[str, float] = {}
    for box in boxes(tree):
        for name, values in cut(tree, box).theory.items():
            if name != "valid":
                top = float(np.nanmax(np.abs(values), initial=0.0))
                sizes[name] = max(sizes.get(name, 0.0), top)
    for box in boxes(tree):
        sides = cut(tree, box)
        sides.sizes = sizes
        yield sides
