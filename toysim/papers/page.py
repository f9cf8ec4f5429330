"""The page of a reproduction: one HTML file with pictures inside, readable years later without a
server.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import xarray as xr

from toysim.comparison.verdicts import Comparison, ObservableVerdict
from toysim.outcomes import Verdict
from toysim.paper import Reproduction
from toysim.papers.claims import Judgement
from toysim.papers.pictures import MadeFigure
from toysim.shown import shown
from toysim.store.files import one_line

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto;
padding: 0 1rem; color: #222; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; font-size: 13px; width: 100%; }
td, th { text-align: left; vertical-align: top;
padding: .35rem .6rem; border-bottom: 1px solid #ddd; } th { background: #f4f4f4; }
figure { margin: 1.5rem 0; } figure img { max-width: 100%; }
figcaption, .small { font-size: 13px; color: #555; }
.reproduced { color: #14702a; font-weight: 600; } .limits { color: #8a5a00; font-weight: 600; }
.refuted { color: #a01c1c; font-weight: 600; }
.wrong { background: #fde8e8; } pre { font-size: 12px; }
.scroll { overflow-x: auto; }
"""


def write_page(
    path: Path,
    found: Reproduction,
    claims: Sequence[Judgement],
    figures: Sequence[MadeFigure],
    comparisons: Mapping[str, Comparison],
    data: Mapping[str, xr.DataTree],
) -> Path:
    """Write the page and return its path: verdicts, figures, comparisons, where the numbers come
    from.
    """
    beyond = {found.full(sweep): why for sweep, why in found.beyond_theory.items()}
    parts = [
        f"<h1>{escape(found.title)}</h1><p>{escape(found.paper)}</p>",
        f"<h2>Claims</h2><div class='scroll'>{_claims(claims)}</div>",
        "<h2>Figures</h2>",
        *(_figure(m, r.title, r.source) for m, r in zip(figures, found.figures, strict=True)),
        "<h2>Simulation against theory</h2>",
        *(_comparison(n, table, data[n], beyond.get(n, "")) for n, table in comparisons.items()),
        *entered(data),
        "<h2>Origin of the numbers</h2>",
        *(_origin(name, tree) for name, tree in data.items()),
    ]
    body = "\n".join(parts)
    document = (
        "<!doctype html><html lang='en'><head><meta "
        f"charset='utf-8'><title>{escape(found.title)}</title>"
        "<meta name='viewport' "
        f"content='width=device-width'><style>{CSS}</style></head><body>{body}</body></html>"
    )
    with one_line(path, "write"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document)
    return path


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    first = "".join(f"<th>{escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{first}</tr>{body}</table>"


def _claims(claims: Sequence[Judgement]) -> str:
    head = ("claim", "measured", "expected", "error", "limits", "verdict", "expected verdict")
    return _table((*head, "source"), [_claim(c) for c in claims])


def _claim(c: Judgement) -> list[str]:
    numbers = [c.told(what) for what in ("measured", "expected", "error")]
    numbers[1] = "; ".join(filter(None, [c.evidence.criterion, numbers[1]]))
    expected = f"{c.expected.verdict} {c.expected.reason}".strip()
    limits, source = c.claim.limits or "none claimed", c.claim.source
    cells = [c.claim.sentence, *numbers, limits]
    return [*map(escape, cells), _verdict(c), escape(expected), escape(source)]


def _verdict(c: Judgement) -> str:
    kinds = {Verdict.REPRODUCED: "reproduced", Verdict.REFUTED: "refuted"}
    text = f"<span class='{kinds.get(c.verdict, 'limits')}'>{escape(c.verdict)}</span>"
    return text if c.as_expected else f"<div class='wrong'>{text}<br>not as expected</div>"


def _figure(made: MadeFigure, title: str, source: str) -> str:
    pictures = [p for p in made.paths if p.suffix in (".png", ".gif")]
    if not pictures:
        return f"<p class='wrong'>{escape(made.name)}: {escape(made.reason)}</p>"
    images = "".join(_image(made.name, p) for p in pictures)
    caption = f"{escape(title)} <span class='small'>({escape(source)})</span>"
    return f"<figure>{images}<figcaption>{caption}</figcaption></figure>"


def _image(name: str, path: Path) -> str:
    content = base64.b64encode(path.read_bytes()).decode()
    return f"<img alt='{escape(name)}' src='data:image/{path.suffix[1:]};base64,{content}'>"


COLUMNS = ("share", "stored", "extrapolated", "theory", "tolerance")
COUNTS = ("decided", "undecided", "outside")


def _comparison(name: str, table: Comparison, tree: xr.DataTree, beyond: str) -> str:
    head = ("observable", "verdict", *COLUMNS, *COUNTS, "worst cell")
    question = escape(str(tree.attrs["title"]))
    if beyond:
        question += f" <b>Beyond the theory on purpose:</b> {escape(beyond)}."
    notes = "".join(f"<p class='small'>{escape(note)}</p>" for note in table.notes)
    rows = _table(head, [_row(v) for v in table])
    return f"<h3>{escape(name)}</h3><p>{question}</p><div class='scroll'>{rows}</div>{notes}"


def _row(v: ObservableVerdict) -> list[str]:
    numbers = [getattr(v, column) for column in COLUMNS]
    worst = ", ".join(f"{k} = {shown(x)}" for k, x in v.worst.items())
    return [
        escape(v.observable),
        escape(v.verdict),
        *("" if x is None else f"{x:.6g}" for x in numbers),
        *(str(getattr(v, column)) for column in COUNTS),
        escape(worst),
    ]


def entered(data: Mapping[str, xr.DataTree]) -> list[str]:
    """A table of the means over replicas that some run did not enter; nothing where all did."""
    rows = [row for name, tree in data.items() for row in _lacking(name, tree)]
    if not rows:
        return []
    head = ("sweep", "observable", "cells that lack runs", "fewest", "of")
    return ["<h2>Runs that did not enter a mean</h2>", _table(head, rows)]


def _lacking(name: str, tree: xr.DataTree) -> Iterator[list[str]]:
    """Rows of that table. Of a course, a run entered if any of its records did."""
    if "simulation" not in tree or tree["simulation"].sizes.get("replica", 1) == 1:
        return
    simulation = tree["simulation"].to_dataset()
    n, cell = simulation.sizes["replica"], simulation["state"].dims
    for observable, counts in simulation.toysim.count().data_vars.items():
        best = counts.max([d for d in counts.dims if d not in cell])
        lacking = (best > 0) & (best < n)
        if lacking.any():
            numbers = (int(lacking.sum()), int(best.where(lacking).min()), n)
            yield [escape(name), escape(str(observable)), *map(str, numbers)]


def _commit(commit: str) -> str:
    return f"commit {commit}" if commit else "toysim from an installed package"


def _origin(name: str, tree: xr.DataTree) -> str:
    attrs: Mapping[Any, Any] = tree.attrs
    versions = ", ".join(f"{k} {v}" for k, v in json.loads(attrs["versions"]).items())
    facts = (
        f"seed {attrs['root_seed']}, {attrs['wall_seconds']} s, {attrs['host']}, {versions}, "
        f"{_commit(attrs['git_commit'])}"
    )
    text = escape(attrs["sweep_text"])
    return f"<h3>{escape(name)}</h3><p class='small'>{escape(facts)}</p><pre>{text}</pre>"
