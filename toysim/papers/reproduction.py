"""Reproductions: a paper's sweeps run or continued, its figures drawn, its claims judged, a page of
it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.comparison.verdicts import Comparison, compare
from toysim.errors import ToysimError, UnknownPreset, suggest
from toysim.paper import Recipe, Reproduction
from toysim.papers.claims import Judgement, judge
from toysim.papers.drawing import style
from toysim.papers.panels import PLAIN, Look, shaped, values_suffix
from toysim.papers.pictures import MadeFigure, draw, make
from toysim.papers.reading import complete
from toysim.papers.site.comparing import recipe_of
from toysim.papers.site.pages import FORMATS, Found, write_index, write_page
from toysim.plan import Sweep
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.execute import Listener, Options, execute
from toysim.store.dataset import read_tree
from toysim.store.files import RESULTS
from toysim.store.status import read_status
from toysim.sweep_file import load_sweep
from toysim.tables import table_lines


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        """The verdicts, and where the page is."""
        rows = [(c.name, str(c.verdict), str(c.expected.verdict)) for c in self.claims]
        lines = table_lines(("claim", "verdict", "expected verdict"), rows) if rows else ()
        return "\n".join(
            [f"{self.name}: {'' if self.ok else 'NOT '}as expected", *lines, str(self.page)]
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


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
    _refuse_unknown(preset, found.sweeps)
    listen = listen or _quiet
    data, stores = _data(found.sweeps, preset, Path(results), workers, listen)
    outcome = _told(found, preset, Path(results), data, stores, listen)
    write_index(Path(results), reproduction_names())
    return outcome


def report(
    names: Iterable[str] = (),
    *,
    preset: str | None = None,
    results: Path | str = RESULTS,
    listen: Listener | None = None,
) -> Report:
    """Judge, draw and write the pages of papers from what their stores hold, and the index of all;
    nothing is run.

    Without ``names``: every paper with a store at the preset. Pictures whose data have not changed
    are left alone. Raises ToysimError on an unknown name, or one with nothing stored.
    """
    begin, results, listen = time.monotonic(), Path(results), listen or _quiet
    chosen = [load_reproduction(name) for name in names] or _stored(preset, results)
    outcomes = []
    for found in chosen:
        _refuse_unknown(preset, found.sweeps)
        data, stores = _there(found.sweeps, preset, results)
        if not data:
            raise ToysimError(
                f"{found.name}: nothing is stored in {results} at the preset "
                f"{preset or DEFAULT_PRESET}; toysim reproduce {found.name} runs it"
            )
        outcomes.append(_told(found, preset, results, data, stores, listen))
    index = write_index(results, reproduction_names())
    return Report(index, outcomes, time.monotonic() - begin)


@dataclass(frozen=True)
class Report:
    """The index of a site, what its pages were made of, and the seconds that took; of them
    ``drawing`` went into pictures.
    """

    index: Path
    outcomes: list[Outcome]
    seconds: float

    @property
    def drawing(self) -> float:
        return sum(outcome.drawing for outcome in self.outcomes)

    @property
    def ok(self) -> bool:
        return all(outcome.ok for outcome in self.outcomes)

    def __repr__(self) -> str:
        return "\n\n".join([*map(repr, self.outcomes), str(self.index)])


def _stored(preset: str | None, results: Path) -> list[Reproduction]:
    """Papers of which something is stored, to be told from names of folders alone."""
    there = {path.name.partition(".")[0] for path in results.glob("*.zarr")}
    found = [load_reproduction(name) for name in reproduction_names() if name in there]
    return [paper for paper in found if _there(paper.sweeps, preset, results)[0]]


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
    _refuse_unknown(preset, found.sweeps)
    return [_planned(sweep, at_preset(sweep, preset), Path(results)) for sweep in found.sweeps]


def _planned(name: str, spec: Sweep, results: Path) -> Planned:
    path = results / f"{spec.store_name}.zarr"
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
        _refuse_unknown(preset, found.sweeps)
        sweeps = [found.full(sweep) for sweep in recipe.sweeps]
        _refuse_no_one_takes(f"{found.name}.{recipe.name}", sweeps, preset, look.values)
        data, _ = _data(sweeps, preset, Path(results), workers, listen or _quiet, look.values)
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
    _refuse_unknown(preset, found.sweeps)
    sweeps = [found.full(sweep) for sweep in recipe.sweeps]
    data, _ = _data(sweeps, preset, Path(results), None, _quiet)
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
        path = results / f"{spec.store_name}.zarr"
        listen({"event": "sweep", "name": name})
        execute(spec, path, Options(workers=workers), listen)
        data[name], stores[name] = read_tree(path), path
    return data, stores


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


def _refuse_no_one_takes(
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


def _refuse_unknown(preset: str | None, sweeps: Iterable[str]) -> None:
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
