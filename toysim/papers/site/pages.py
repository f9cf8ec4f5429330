"""Pages written: one a paper, and the index of all that stand beside each other."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined

from toysim import mathml
from toysim.paper import DEFAULT_PRESET, Recipe, Reproduction
from toysim.papers.outcome import Outcome
from toysim.papers.pictures import MadeFigure
from toysim.papers.site import facts
from toysim.papers.site.cards import badge, cards
from toysim.papers.site.words import AGREEMENTS, TERMS, VERDICTS, anchor, formulas, linked, said
from toysim.store.files import one_line
from toysim.version import __version__

INDEX, KEPT = "index.html", ".verdicts.json"
FORMATS = ("png", "svg", "pdf")  # of a paper's figures: the first is shown, the others taken away


@dataclass(frozen=True)
class Found:
    """What a page is made of: a paper judged and drawn on the data of its sweeps.

    ``pictures``: those of the comparisons, by sweep. ``preset``: as it was asked for.
    """

    paper: Reproduction
    preset: str | None
    outcome: Outcome
    pictures: Mapping[str, MadeFigure]
    data: Mapping[str, xr.DataTree]


def write_page(results: Path, found: Found) -> Path:
    """Write ``results/NAME.html`` and the verdicts that the index counts; returns the page."""
    paper = found.paper
    shown = [
        _figure(m, r, results) for m, r in zip(found.outcome.figures, paper.figures, strict=True)
    ]
    _write(results / f"{paper.name}{KEPT}", json.dumps(_verdicts(found, shown), indent=1))
    page = results / f"{paper.name}.html"
    _write(page, _templates().get_template("paper.html").render(_contents(found, shown, results)))
    return page


def write_index(results: Path, known: Iterable[str]) -> Path:
    """Write ``results/index.html``: papers with a page there, and those of ``known`` without."""
    papers = [_read(path) for path in sorted(results.glob(f"*{KEPT}"))]
    named = {paper["name"] for paper in papers}
    lacking = [name for name in known if name not in named]
    counts: Counter[str] = Counter()
    for paper in papers:
        counts.update(paper["counts"])
    told = {"papers": papers, "lacking": lacking, "counts": counts, "usual": DEFAULT_PRESET}
    _write(results / INDEX, _templates().get_template("index.html").render(told))
    return results / INDEX


def _contents(found: Found, shown: list[dict[str, Any]], results: Path) -> dict[str, Any]:
    paper = found.paper
    beyond = {paper.full(sweep): why for sweep, why in paper.beyond_theory.items()}
    origins = facts.origins(found.data, found.outcome.stores, results)
    return {
        "paper": paper,
        "preset": found.preset or DEFAULT_PRESET,
        "command": command(paper.name, found.preset),
        "claims": cards(paper, found.outcome.claims),
        "counts": Counter(str(claim.verdict) for claim in found.outcome.claims),
        "figures": {f["recipe"].name: f for f in shown},
        "compared": [
            facts.compared(n, table, found.data[n], beyond.get(n, ""), found.pictures.get(n))
            for n, table in found.outcome.comparisons.items()
        ],
        "lacking": facts.lacking(found.data),
        "stored": set(found.data),
        "origins": origins,
        "shared": facts.shared(origins),
        "cost": facts.cost(origins),
        "symbols": facts.symbols(found.data),
        "picture_of": lambda made: _files(made, results),
    }


def command(name: str, preset: str | None) -> str:
    """What makes a page again."""
    return f"toysim reproduce {name}" + (f" --preset {preset}" if preset else "")


def _figure(made: MadeFigure, recipe: Recipe, results: Path) -> dict[str, Any]:
    files = _files(made, results)
    return {"recipe": recipe, "id": anchor("figure", recipe.name), "made": made, "files": files}


def _files(made: MadeFigure, results: Path) -> dict[str, str]:
    """Addresses of a picture's files from the page, by what they are: png, svg, pdf, csv."""
    return {
        path.suffix[1:]: quote(Path(os.path.relpath(path, results)).as_posix())
        for path in made.paths
    }


def _verdicts(found: Found, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """What the index needs of a paper."""
    paper = found.paper
    picture = next((f for f in shown if "png" in f["files"]), None)
    return {
        "name": paper.name,
        "title": paper.title,
        "paper": paper.paper,
        "preset": found.preset,
        "ok": found.outcome.ok,
        "picture": picture["files"]["png"] if picture else "",
        "alt": picture["recipe"].title if picture else "",
        "claims": [
            {"name": c.name, "verdict": c.verdict, "as_expected": c.as_expected}
            for c in found.outcome.claims
        ],
    }


def preset_of(results: Path, name: str) -> str | None:
    """The preset that a paper's page there was made at; None also where there is no page."""
    path = results / f"{name}{KEPT}"
    found: str | None = _read(path)["preset"] if path.exists() else None
    return found


def _read(path: Path) -> dict[str, Any]:
    """What ``_verdicts`` wrote, and how many claims came to each verdict."""
    with one_line(path, "read"):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found | {"counts": Counter(claim["verdict"] for claim in found["claims"])}


def _write(path: Path, text: str) -> None:
    with one_line(path, "write"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _templates() -> Environment:
    """Every value is escaped as it is put into a page; a name that is missing is an error."""
    made = Environment(
        loader=PackageLoader("toysim.papers.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"linked": linked, "said": said, "badge": badge, "anchor": anchor}
    made.filters |= {"symbol": formulas(mathml.symbol), "equations": formulas(mathml.equations)}
    made.globals |= {"verdicts": VERDICTS, "agreements": AGREEMENTS, "terms": TERMS}
    made.globals["version"] = __version__
    return made
