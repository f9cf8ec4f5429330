"""Reports: papers judged and drawn on what is stored, a page each, and the index of all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from toysim.comparison.verdicts import compare
from toysim.errors import ToysimError
from toysim.outcomes import State
from toysim.paper import DEFAULT_PRESET, Recipe, Reproduction
from toysim.papers.claims import judge
from toysim.papers.outcome import Outcome
from toysim.papers.panels import Look
from toysim.papers.pictures import MadeFigure, make
from toysim.papers.presets import at_preset, read_asked, refuse_unknown, store_of
from toysim.papers.reading import complete
from toysim.papers.site.comparing import judged_tree, recipe_of
from toysim.papers.site.pages import FORMATS, INDEX, Found, preset_of, write_index, write_page
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.execute import Listener
from toysim.store.files import RESULTS

TAKEN = Look(data=True)  # pictures of a page have their numbers beside them
Data = Mapping[str, xr.DataTree]


@dataclass(frozen=True, repr=False)
class Report:
    """The index of a site, what its pages were made of, and the seconds that took; ``drawing`` of
    them went into pictures.
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
        """The verdicts paper by paper, and where the index is."""
        return "\n\n".join([*map(repr, self.outcomes), str(self.index)])


def quiet(event: dict[str, Any]) -> None:
    """No listener."""


def report(
    names: Iterable[str] = (),
    *,
    preset: str | None = None,
    results: Path | str = RESULTS,
    listen: Listener | None = None,
) -> Report:
    """Judge, draw and write the pages of papers from what their stores hold, and the index of all;
    nothing is run.

    Without ``names``: every paper with something stored. Without ``preset``: for each the one that
    its page was made at before. Pictures whose data have not changed are left alone. Raises
    ToysimError on an unknown name, or one with nothing stored.
    """
    begin, folder = time.monotonic(), Path(results)
    papers = [load_reproduction(name) for name in names] or _with_stores(folder, preset)
    presets = {paper.name: preset or preset_of(folder, paper.name) for paper in papers}
    stores = {paper.name: _stores(paper, folder, presets[paper.name]) for paper in papers}
    outcomes = []
    for paper in papers:
        at = presets[paper.name]
        data = {
            sweep: read_asked(at_preset(sweep, at), path)
            for sweep, path in stores[paper.name].items()
        }
        where = (at, folder, data, stores[paper.name])
        outcomes.append(told(paper, *where, listen or quiet))
    index = write_index(folder, reproduction_names())
    return Report(index, outcomes, time.monotonic() - begin)


def _with_stores(results: Path, preset: str | None) -> list[Reproduction]:
    """Papers of which something is stored."""
    there = {path.name.partition(".")[0] for path in results.glob("*.zarr")}
    papers = [load_reproduction(name) for name in reproduction_names() if name in there]
    return [p for p in papers if _there(p, results, preset or preset_of(results, p.name))]


def _stores(paper: Reproduction, results: Path, preset: str | None) -> dict[str, Path]:
    """The stores of a paper that are there; none of them is an error."""
    refuse_unknown(preset, paper.sweeps)
    found = _there(paper, results, preset)
    if not found:
        raise ToysimError(
            f"{paper.name}: nothing is stored in {results}/ at the preset "
            f"{preset or DEFAULT_PRESET}; toysim reproduce {paper.name} runs it"
        )
    return found


def _there(paper: Reproduction, results: Path, preset: str | None) -> dict[str, Path]:
    places = {name: store_of(at_preset(name, preset), results) for name in paper.sweeps}
    return {name: path for name, path in places.items() if path.exists()}


def told(
    paper: Reproduction,
    preset: str | None,
    results: Path,
    data: Data,
    stores: dict[str, Path],
    listen: Listener,
) -> Outcome:
    """Draw a paper's pictures, judge its claims and write its page, all on these data."""
    begin = time.monotonic()
    listen({"event": "stage", "text": f"{paper.name}: {len(paper.figures)} figures"})
    figures = [_made(r, paper, data, results / "figures", listen) for r in paper.figures]
    pictures = dict(_compared(paper, data, results / "figures/compared", listen))
    drawing = time.monotonic() - begin
    listen({"event": "stage", "text": f"{paper.name}: {len(paper.claims)} claims"})
    outcome = Outcome(
        paper.name,
        [judge(claim, paper, data, preset) for claim in paper.claims],
        figures,
        {sweep: compare(data[sweep]) for sweep in pictures},
        results / f"{paper.name}.html",
        results / INDEX,
        drawing,
        stores,
        [sweep for sweep in paper.sweeps if sweep not in data or not complete(data[sweep])],
        {paper.full(sweep): why for sweep, why in paper.beyond_theory.items()},
    )
    write_page(results, Found(paper, preset, outcome, pictures, data))
    return outcome


def _made(
    recipe: Recipe,
    paper: Reproduction,
    data: Data,
    folder: Path,
    listen: Listener,
    formats: tuple[str, ...] = FORMATS,
) -> MadeFigure:
    """A picture in its formats with its numbers, told when it was drawn."""
    name = f"{paper.name}.{recipe.name}"
    lacking = [sweep for sweep in map(paper.full, recipe.sweeps) if sweep not in data]
    if lacking:
        return MadeFigure(name, [], False, f"nothing is stored of {', '.join(lacking)}")
    made = make(recipe, paper, data, folder, formats, TAKEN)
    if not made.cached:
        listen({"event": "stage", "text": f"{name}: drawn"})
    return made


def _compared(
    paper: Reproduction, data: Data, folder: Path, listen: Listener
) -> Iterator[tuple[str, MadeFigure]]:
    """A picture of each sweep with rows that both sides have."""
    for sweep, tree in data.items():
        if _comparable(tree):
            recipe = recipe_of(sweep.removeprefix(f"{paper.name}."))
            judged = {sweep: judged_tree(tree)}
            yield sweep, _made(recipe, paper, judged, folder, listen, ("svg",))


def _comparable(tree: xr.DataTree) -> bool:
    sides = ("simulation", "theory")
    return all(side in tree and bool((tree[side]["state"] == State.OK).any()) for side in sides)
