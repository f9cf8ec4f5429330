"""Reproductions: a paper's sweeps run or continued, its figures drawn, its claims judged, a page of
it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.api import RESULTS
from toysim.claims import Claim, Judgement, complete, judge
from toysim.comparison import Comparison, compare
from toysim.drawing import MadeFigure, Recipe, draw, make
from toysim.errors import ToysimError, suggest
from toysim.page import write_page
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.dataset import read_tree
from toysim.runner.execute import Listener, Options, execute
from toysim.runner.spec import Sweep, load_sweep


@dataclass(frozen=True)
class Reproduction:
    """A paper: the sweeps its figures and claims are made from, by name.

    ``beyond_theory``: sweeps that leave the theory's range on purpose, each with the reason. Their
    comparison is shown, and may differ.
    """

    name: str
    paper: str
    title: str
    figures: tuple[Recipe, ...]
    claims: tuple[Claim, ...]
    beyond_theory: Mapping[str, str] = field(default_factory=dict)

    @property
    def sweeps(self) -> list[str]:
        """Every sweep that a figure or a claim names, each once, in order."""
        named = [part.sweeps for part in self.figures] + [part.sweeps for part in self.claims]
        return list(dict.fromkeys(sweep for sweeps in named for sweep in sweeps))


@dataclass(frozen=True)
class Outcome:
    """What a reproduction gave. ``ok``: verdicts as expected, every figure drawn, no observable off
    its theory.
    """

    name: str
    claims: list[Judgement]
    figures: list[MadeFigure]
    comparisons: dict[str, Comparison]
    page: Path
    stores: dict[str, Path]
    unfinished: list[str]  # sweeps with rows that failed or timed out
    beyond_theory: Mapping[str, str]

    @property
    def ok(self) -> bool:
        whole = not self.unfinished and all(f.paths for f in self.figures)
        held = all(t.ok for name, t in self.comparisons.items() if name not in self.beyond_theory)
        return whole and held and all(c.as_expected for c in self.claims)


def _quiet(event: dict[str, Any]) -> None:
    """No listener."""


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
    ``results/NAME.html``. ``preset`` applies to the sweeps that have it. Raises ToysimError on an
    unknown name or an unusable store.
    """
    found = load_reproduction(name)
    data, stores = _data(found.sweeps, preset, Path(results), workers, listen or _quiet)
    figures = [_make(found, recipe, data, Path(results), ("png",)) for recipe in found.figures]
    claims = [judge(claim, data) for claim in found.claims]
    comparisons = {
        sweep: compare(tree)
        for sweep, tree in data.items()
        if {"simulation", "theory"} <= set(tree.children)
    }
    page = write_page(Path(results) / f"{name}.html", found, claims, figures, comparisons, data)
    unfinished = [sweep for sweep, tree in data.items() if not complete(tree)]
    return Outcome(
        name, claims, figures, comparisons, page, stores, unfinished, found.beyond_theory
    )


def make_figures(
    names: Iterable[str] = (),
    *,
    formats: tuple[str, ...] = ("png",),
    preset: str | None = None,
    results: Path | str = RESULTS,
    workers: int | None = None,
    listen: Listener | None = None,
) -> list[MadeFigure]:
    """Draw figures by name (``critical_periods`` or ``critical_periods.end_share``; none: all) into
    files.
    """
    made = []
    for found, recipe in _chosen(names):
        data, _ = _data(list(recipe.sweeps), preset, Path(results), workers, listen or _quiet)
        made.append(_make(found, recipe, data, Path(results), formats))
    return made


def figure(name: str, *, preset: str | None = None, results: Path | str = RESULTS) -> Figure:
    """One figure, ``critical_periods.phase_portrait``, as a matplotlib Figure; runs only what is
    missing.
    """
    chosen = list(_chosen([name]))
    if len(chosen) != 1 or "." not in name:
        known = [f"{r.name}.{recipe.name}" for r, recipe in chosen]
        raise ToysimError(f"{name!r} is not one figure; give one of {', '.join(known)}")
    recipe = chosen[0][1]
    data, _ = _data(list(recipe.sweeps), preset, Path(results), None, _quiet)
    return draw(recipe, data)


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
) -> tuple[dict[str, xr.DataTree], dict[str, Path]]:
    """The data of sweeps, after running what their stores lack."""
    data, stores = {}, {}
    for name in sweeps:
        spec = _with_preset(name, preset)
        path = results / f"{spec.store_name}.zarr"
        listen({"event": "sweep", "name": name})
        execute(spec, path, Options(workers=workers), listen)
        data[name], stores[name] = read_tree(path), path
    return data, stores


def _with_preset(name: str, preset: str | None) -> Sweep:
    """The sweep under the preset, or plain where its file has none of that name."""
    try:
        return load_sweep(name, preset)
    except ToysimError as error:
        if "unknown preset" in str(error):
            return load_sweep(name)
        raise


def _make(
    found: Reproduction, recipe: Recipe, data: Any, results: Path, formats: tuple[str, ...]
) -> MadeFigure:
    """One figure's files; a recipe that fails is reported and the others go on."""
    name = f"{found.name}.{recipe.name}"
    try:
        return make(recipe, name, data, results / "figures", formats)
    except ToysimError:
        raise
    except Exception as error:
        return MadeFigure(name, [], False, f"failed: {type(error).__name__}: {error}")
