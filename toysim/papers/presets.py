"""The sweeps of a paper at a preset, each plain where its file has none of that name."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from toysim.design import Dimension
from toysim.errors import ToysimError, UnknownPreset, suggest
from toysim.observables import ROW
from toysim.papers.panels import PLAIN, values_suffix
from toysim.papers.reading import Flags
from toysim.plan import Sweep
from toysim.store.dataset import read_tree
from toysim.store.layout import REFINEMENT
from toysim.sweep_file import load_sweep


def store_of(spec: Sweep, results: Path) -> Path:
    """Where a sweep's data are, or would be."""
    return results / f"{spec.store_name}.zarr"


def read_asked(spec: Sweep, path: Path) -> xr.DataTree:
    """What a sweep asks of its store, which may have grown at a larger preset."""
    tree = read_tree(path)
    if spec.focus is not None:  # its cells are chosen between those that were asked for
        return tree
    parts = {key: node.to_dataset() for key, node in tree.children.items()}
    first = next(part for key, part in parts.items() if key != REFINEMENT)
    kept = {d.name: _asked(first, d) for d in spec.dimensions}
    if "replica" in first.sizes:
        kept["replica"] = np.arange(first.sizes["replica"]) < spec.replicas
    if all(levels.all() for levels in kept.values()):
        return tree
    for key, part in parts.items():
        own = {name: levels for name, levels in kept.items() if name in part.dims}
        parts[key] = _refined(part, kept) if key == REFINEMENT else part.isel(own)
    return xr.DataTree.from_dict({"/": tree.to_dataset()} | parts, name=tree.name)


def _asked(side: xr.Dataset, dimension: Dimension) -> Flags:
    """Which levels of a dimension are asked for, by the values of all its axes."""
    labels = {n: f"{n}_value" if f"{n}_value" in side.coords else n for n in dimension.values}
    return np.isin(
        _words(side.coords[label].values for label in labels.values()),
        _words(dimension.values.values()),
    )


def _words(columns: Iterable[Any]) -> list[str]:
    return [repr(level) for level in zip(*(np.asarray(c).tolist() for c in columns), strict=True)]


def _refined(part: xr.Dataset, kept: dict[str, Flags]) -> xr.Dataset:
    """Rows of the grid that were run again, those that are left, at their new places."""
    whole = functools.reduce(np.multiply.outer, kept.values()).ravel()
    left = part.isel({ROW: whole[part["grid_row"].values]})
    place = left["grid_row"].copy(data=(np.cumsum(whole) - 1)[left["grid_row"].values])
    return left.assign_coords(grid_row=place)


def at_preset(name: str, preset: str | None, values: Mapping[str, Any] = PLAIN.values) -> Sweep:
    """The sweep under the preset, or plain where its file has none of that name; in a store of its
    own where it keeps a parameter fixed that has another value here.
    """
    try:
        spec = load_sweep(name, preset)
    except UnknownPreset:
        return at_preset(name, None, values)
    taken = {k: v for k, v in values.items() if k in _kept_fixed(spec)}
    if not taken:
        return spec
    found = load_sweep(name, preset, taken)
    return replace(found, store_name=f"{found.store_name}.{values_suffix(taken)}")


def _kept_fixed(spec: Sweep) -> list[str]:
    return [name for name in spec.model.parameters if name not in spec.axis_names]


def refuse_no_one_takes(
    figure: str, sweeps: list[str], preset: str | None, values: Mapping[str, Any]
) -> None:
    """A value that changes nothing is a slip."""
    specs = [at_preset(name, preset) for name in sweeps]
    fixed = {name for spec in specs for name in _kept_fixed(spec)}
    axes = {name for spec in specs for name in spec.axis_names}
    for name in values:
        if name in fixed:
            continue
        why = "runs along it" if name in axes else suggest(name, sorted(fixed))
        do = "; toysim sweep SWEEP --set takes other values of an axis" if name in axes else ""
        raise ToysimError(f"{figure} has no fixed parameter {name!r}: {why}{do}", name)


def refuse_unknown(preset: str | None, sweeps: Iterable[str]) -> None:
    """A preset that none of the sweeps has is a slip: plain ones would run in its place."""
    refused = None
    for name in sweeps:
        try:
            load_sweep(name, preset)
        except UnknownPreset as error:
            refused = error
        else:
            return
    if refused is not None:
        raise refused
