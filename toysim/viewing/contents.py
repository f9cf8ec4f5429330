"""What the page draws, as numbers: curves of a sweep, its map, and the courses of one cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.observables import RECORD
from toysim.papers.lines import Curve, Lines, positions
from toysim.plotting.choice import Choice
from toysim.plotting.marks import landmark_lines, landmark_places
from toysim.plotting.reading import draws_of, first_side, level
from toysim.store.moments import mean_and_error

Array = npt.NDArray[Any]
NOTHING: Curve = (np.array([]), np.array([]))


@dataclass(frozen=True)
class Series:
    """One colour of a picture.

    label; x (n,); draws (n, replicas): NaN where a run did not end well; mean, error (n,); theory:
    its own x and values.
    """

    label: str
    x: Array
    draws: Array
    mean: Array
    error: Array
    theory: Curve = NOTHING

    @property
    def counts(self) -> list[str]:
        """Of every point, how many of its runs entered the mean."""
        n = self.draws.shape[1]
        return [f"{k} of {n}" for k in np.isfinite(self.draws).sum(axis=1)]

    @property
    def band(self) -> tuple[Array, Array]:
        """Between which lie four of five replicas (n,)."""
        there = np.isfinite(self.draws).any(axis=1)
        low, high = np.full((2, len(self.x)), np.nan)
        if there.any():
            low[there], high[there] = np.nanquantile(self.draws[there], (0.1, 0.9), axis=1)
        return low, high


@dataclass(frozen=True)
class Map:
    """Two axes: x (n,), y (m,), values and theory (m, n), landmarks as name, x and y of a line."""

    x: Array
    y: Array
    values: Array
    theory: Array | None
    landmarks: list[tuple[str, Array, Array]]


def series(tree: xr.DataTree, choice: Choice) -> Iterator[Series]:
    """The curves of the first observable of a choice."""
    ds, name = first_side(tree), choice.y[0]
    hues = range(ds.sizes[choice.hue]) if choice.hue else (0,)
    lines = Lines(tree, choice.x, len(hues)) if has_theory(tree, name) else None
    for k in hues:
        place = choice.fixed | ({choice.hue: k} if choice.hue else {})
        told = f"{choice.hue} = {level(ds, choice.hue, k)}" if choice.hue else name
        theory = lines.curve(name, place) if lines else NOTHING
        if "simulation" in tree:
            yield measured(told, tree["simulation"].to_dataset(), name, choice.x, place, theory)
        else:
            none = np.empty(0)
            yield Series(told, none, np.empty((0, 1)), none, none, theory)


def marks(tree: xr.DataTree, choice: Choice) -> list[tuple[str, float, int | None]]:
    """Landmarks along x: name, place and the curve that it is of; None where it is that of all."""
    hues = range(first_side(tree).sizes[choice.hue]) if choice.hue else (0,)
    found = []
    for k in hues:
        place = choice.fixed | ({choice.hue: k} if choice.hue else {})
        found += [(*mark, k) for mark in landmark_places(tree, choice.x, place)]
    alike = {mark[:2] for mark in found if len({m[1] for m in found if m[0] == mark[0]}) == 1}
    return [*((*mark, None) for mark in sorted(alike)), *(m for m in found if m[:2] not in alike)]


def measured(
    told: str, ds: xr.Dataset, name: str, x: str, place: dict[str, int], theory: Curve = NOTHING
) -> Series:
    """Simulation along ``x`` at a place of the grid."""
    draws = draws_of(ds, name).isel(place).transpose(x, "replica")
    mean, error = mean_and_error(draws)
    return Series(told, positions(ds, x, place), draws.values, mean.values, error.values, theory)


def has_theory(tree: xr.DataTree, name: str) -> bool:
    return "theory" in tree and name in tree["theory"]


def map_of(tree: xr.DataTree, choice: Choice) -> Map:
    """The means of the first observable over two axes."""
    ds, name, dims = first_side(tree), choice.y[0], (choice.hue, choice.x)
    values = draws_of(ds, name) if "simulation" in tree else ds[name]
    values = values.mean("replica") if "replica" in values.dims else values
    theory = None
    if has_theory(tree, name) and "simulation" in tree:
        law = tree["theory"][name].where(tree["theory"]["valid"])
        law = law.mean("replica") if "replica" in law.dims else law
        theory = law.isel(choice.fixed).transpose(*dims).values
    return Map(
        ds[choice.x].values,
        ds[choice.hue].values,
        values.isel(choice.fixed).transpose(*dims).values,
        theory,
        list(landmark_lines(tree, choice.x, str(choice.hue), dict(choice.fixed))),
    )


def courses(tree: xr.DataTree, place: dict[str, int]) -> Iterator[tuple[str, Series]]:
    """Every observable that is recorded over time, in the cell at ``place`` of the axes."""
    ds = first_side(tree)
    for name, values in ds.data_vars.items():
        lead = {*ds["state"].dims, RECORD}
        if RECORD not in values.dims or values.dtype.kind != "f":
            continue
        at = {str(d): place.get(str(d), 0) for d in values.dims if d not in (RECORD, "replica")}
        if {*values.dims} <= lead and "simulation" in tree:
            theory = NOTHING
            if has_theory(tree, str(name)):
                law = tree["theory"].to_dataset()
                here = {d: k for d, k in at.items() if d in law[name].dims}
                kept = law[name].where(law["valid"]).isel(here)
                kept = kept.mean("replica") if "replica" in kept.dims else kept
                theory = positions(ds, RECORD, at), kept.values
            yield str(name), measured(str(name), ds, str(name), RECORD, at, theory)
