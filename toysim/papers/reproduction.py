"""Reproductions: a paper's sweeps run or continued, and its page written from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.errors import ToysimError, suggest
from toysim.paper import Recipe, Reproduction
from toysim.papers.drawing import style
from toysim.papers.outcome import Outcome
from toysim.papers.panels import PLAIN, Look, shaped
from toysim.papers.pictures import MadeFigure, draw, make
from toysim.papers.presets import (
    at_preset,
    read_asked,
    refuse_no_one_takes,
    refuse_unknown,
    store_of,
)
from toysim.papers.reporting import quiet, told
from toysim.papers.site.pages import write_index
from toysim.plan import Sweep
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.execute import Listener, Options, execute
from toysim.store.files import RESULTS
from toysim.store.status import read_status


def reproduce(
    name: str,
    *,
    preset: str | None = None,
    results: Path | str = RESULTS,
    workers: int | None = None,
    listen: Listener | None = None,
) -> Outcome:
    """Run what is missing of a reproduction's sweeps, draw its figures, judge its claims, write its
    page.

    Stores go to ``results/SWEEP.zarr``, pictures to ``results/figures/``, the page to
    ``results/NAME.html``, beside ``results/index.html``. ``preset`` applies to the sweeps that have
    it. Raises ToysimError on an unknown name or an unusable store.
    """
    found = load_reproduction(name)
    refuse_unknown(preset, found.sweeps)
    listen, folder = listen or quiet, Path(results)
    data, stores = _data(found.sweeps, preset, folder, workers, listen)
    outcome = told(found, preset, folder, data, stores, listen)
    write_index(folder, reproduction_names())
    return outcome


@dataclass(frozen=True)
class Planned:
    """A sweep that a reproduction would run or continue; seconds on one core as its model declares
    them, to a factor of ten, and what its store holds already.
    """

    sweep: str
    cells: int
    replicas: int
    seconds: float
    store: Path
    there: str


def planned(name: str, preset: str | None = None, results: Path | str = RESULTS) -> list[Planned]:
    """The sweeps of a reproduction and what they take; nothing is run."""
    found = load_reproduction(name)
    refuse_unknown(preset, found.sweeps)
    return [_planned(sweep, at_preset(sweep, preset), Path(results)) for sweep in found.sweeps]


def _planned(name: str, spec: Sweep, results: Path) -> Planned:
    path = store_of(spec, results)
    seconds = spec.n_cells * spec.replicas * spec.seconds_a_row
    there = ""
    if path.exists():
        status = read_status(path)
        there = f"{status.blocks_done} of {status.blocks} blocks"
    return Planned(name, spec.n_cells, spec.replicas, seconds, path, there)


def make_figures(
    names: Iterable[str] = (),
    *,
    formats: tuple[str, ...] = ("png",),
    preset: str | None = None,
    results: Path | str = RESULTS,
    workers: int | None = None,
    listen: Listener | None = None,
    look: Look = PLAIN,
) -> list[MadeFigure]:
    """Draw figures by name (``critical_periods`` or ``critical_periods.end_share``; none: all) into
    files, in the house's look or another.
    """
    made = []
    for found, recipe in _chosen(names):
        refuse_unknown(preset, found.sweeps)
        sweeps = [found.full(sweep) for sweep in recipe.sweeps]
        refuse_no_one_takes(f"{found.name}.{recipe.name}", sweeps, preset, look.values)
        data, _ = _data(sweeps, preset, Path(results), workers, listen or quiet, look.values)
        made.append(make(recipe, found, data, Path(results) / "figures", formats, look))
    return made


def figure(name: str, *, preset: str | None = None, results: Path | str = RESULTS) -> Figure:
    """One figure, ``critical_periods.phase_portrait``, as a matplotlib Figure; runs only what is
    missing.
    """
    chosen = list(_chosen([name]))
    if len(chosen) != 1 or "." not in name:
        known = [f"{r.name}.{recipe.name}" for r, recipe in chosen]
        raise ToysimError(f"{name!r} is not one figure; give one of {', '.join(known)}")
    found, recipe = chosen[0]
    refuse_unknown(preset, found.sweeps)
    sweeps = [found.full(sweep) for sweep in recipe.sweeps]
    data, _ = _data(sweeps, preset, Path(results), None, quiet)
    drawn = draw(recipe, found, data)
    with style():
        return shaped(drawn)


def _chosen(names: Iterable[str]) -> list[tuple[Reproduction, Recipe]]:
    """Figures named, checked before any sweep runs."""
    chosen = []
    for name in list(names) or reproduction_names():
        paper, _, one = name.partition(".")
        found = load_reproduction(paper)
        known = {recipe.name: recipe for recipe in found.figures}
        if one and one not in known:
            raise ToysimError(
                f"unknown figure {name!r}: {suggest(name, [f'{paper}.{k}' for k in known])}"
            )
        chosen += [(found, recipe) for key, recipe in known.items() if one in ("", key)]
    return chosen


def _data(
    sweeps: Iterable[str],
    preset: str | None,
    results: Path,
    workers: int | None,
    listen: Callable[[Any], None],
    values: Mapping[str, Any] = PLAIN.values,
) -> tuple[dict[str, xr.DataTree], dict[str, Path]]:
    """The data of sweeps, after running what their stores lack."""
    data, stores = {}, {}
    for name in sweeps:
        spec = at_preset(name, preset, values)
        path = store_of(spec, results)
        listen({"event": "sweep", "name": name})
        execute(spec, path, Options(workers=workers), listen)
        data[name], stores[name] = read_asked(spec, path), path
    return data, stores
