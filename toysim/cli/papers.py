"""toysim figures, toysim reproduce: a paper's pictures and claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toysim.cli import completion
from toysim.cli.app import FAILED, OK, app
from toysim.cli.arguments import Json, Preset, Workers
from toysim.cli.progress import Progress
from toysim.cli.values import assignments, print_facts, print_json, print_table, refuse_words
from toysim.errors import ToysimError
from toysim.outcomes import Agreement

if TYPE_CHECKING:
    from toysim.comparison.verdicts import Comparison
    from toysim.papers.claims import Judgement
    from toysim.papers.outcome import Outcome
    from toysim.papers.pictures import MadeFigure
    from toysim.papers.reporting import Report
    from toysim.papers.reproduction import Planned

WIDTHS = (1.0, 40.0)  # inches
FORMATS = ("png", "svg", "pdf")
WORDS = (Agreement.AGREES, Agreement.OUTSIDE, Agreement.UNDECIDED)


@app.command(epilog="Example: toysim figures critical_periods.end_share --format png,pdf")
def figures(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Reproductions or single figures; default: all.",
            show_default=False,
            autocompletion=completion.reproductions,
        ),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of png, svg, pdf; several with commas.")
    ] = "png",
    width: Annotated[
        float | None, typer.Option("--width", metavar="INCHES", help="Of the picture.")
    ] = None,
    panel: Annotated[
        str | None, typer.Option("--panel", metavar="LETTER", help="One panel alone: a, b, ...")
    ] = None,
    data: Annotated[
        bool, typer.Option("--data", help="The numbers behind each picture too, as FILE.csv.")
    ] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Of a fixed parameter; its sweeps run anew, into stores of their own.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Draw what is unchanged as well.")] = False,
    preset: Preset = None,
    workers: Workers = None,
    as_json: Json = False,
) -> int:
    """Draw figures from stored data; exit 1 if one could not be drawn.

    Runs only what the stores lack, and leaves pictures alone whose data and recipe are unchanged.
    """
    wanted = _formats(formats)
    if width is not None and not WIDTHS[0] <= width <= WIDTHS[1]:
        raise ToysimError(f"--width {width:g}: from {WIDTHS[0]:g} to {WIDTHS[1]:g} inches")
    values = assignments(set_ or (), "--set")
    refuse_words(values, "--set", ("width", "panel", "preset", "workers", "format"))
    from toysim.papers.panels import Look
    from toysim.papers.reproduction import make_figures

    with Progress() as progress:
        made = make_figures(
            list(names or ()),
            formats=wanted,
            preset=preset,
            workers=workers,
            listen=progress,
            look=Look(width, panel, force, data, values),
        )
    if as_json:
        print_json([_figure(m) for m in made])
    elif not made:
        typer.echo("no figures")
    else:
        rows = [
            (m.name, ", ".join(map(str, m.paths)), "unchanged" if m.cached else m.reason)
            for m in made
        ]
        print_table(("figure", "files", "drawn"), rows)
    return OK if _all_drawn(made) else FAILED


@app.command(epilog="Example: toysim reproduce critical_periods")
def reproduce(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Reproductions; default: all.",
            show_default=False,
            autocompletion=completion.reproductions,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which sweeps it runs and what they take.")
    ] = False,
    preset: Preset = None,
    workers: Workers = None,
    as_json: Json = False,
) -> int:
    """Reproduce papers: sweeps, figures, claims, a page of it all.

    Exit 1 means that a verdict is not the expected one, that simulation and theory differ, or that
    data are missing; never that a claim is refuted as expected.
    """
    from toysim.registry import load_reproduction, reproduction_names

    chosen = list(names or reproduction_names())
    for name in chosen:  # every name before any sweep
        load_reproduction(name)
    from toysim.papers.reproduction import planned

    plans = {name: planned(name, preset) for name in chosen}
    if dry_run:
        _print_plans(plans, as_json)
        return OK
    outcomes = []
    for name in chosen:
        outcomes.append(_reproduce(name, plans[name], preset, workers))
        if not as_json:
            _print_outcome(outcomes[-1])
    if as_json:
        print_json([_outcome(o) for o in outcomes])
    elif not outcomes:
        typer.echo("no reproductions")
    return OK if all(o.ok for o in outcomes) else FAILED


@app.command(epilog="Example: toysim report critical_periods")
def report(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAPER",
            help="Reproductions; default: all with something stored.",
            show_default=False,
            autocompletion=completion.reproductions,
        ),
    ] = None,
    preset: Preset = None,
    as_json: Json = False,
) -> int:
    """Write the pages of papers from stored data, and the index of all; nothing is run.

    Draws pictures whose data have changed. Exit 1 as toysim reproduce, also where data are missing.
    """
    from toysim.papers.reporting import report as write

    with Progress() as progress:
        made = write(names or (), preset=preset, listen=progress)
    for outcome in made.outcomes:
        _all_drawn(outcome.figures)
    if as_json:
        told = {"outcomes": [_outcome(o) for o in made.outcomes], "drawing": made.drawing}
        print_json(vars(made) | told | {"ok": made.ok})
    else:
        _print_report(made)
    return OK if made.ok else FAILED


def _print_report(made: Report) -> None:
    """Verdicts counted paper by paper, and where to look."""
    rows = [
        (o.name, _counted(o.claims), "as expected" if o.ok else "NOT AS EXPECTED", str(o.page))
        for o in made.outcomes
    ]
    print_table(("paper", "verdicts", "in all", "page"), rows)
    rest = made.seconds - made.drawing
    typer.echo(f"\npictures {made.drawing:.1f} s, all else {rest:.1f} s")
    print_facts({"index": str(made.index)})


def _counted(claims: Iterable[Judgement]) -> str:
    """``3 reproduced, 1 does not hold``."""
    counts = Counter(str(c.verdict) for c in claims)
    return ", ".join(f"{n} {word}" for word, n in counts.items())


def _reproduce(name: str, plan: list[Planned], preset: str | None, workers: int | None) -> Outcome:
    """One paper, what it comes to said before it starts."""
    from toysim.papers.reproduction import reproduce as run_one

    typer.echo(f"{name}: {_total(plan)}", err=True)
    with Progress() as progress:
        outcome = run_one(name, preset=preset, workers=workers, listen=progress)
    _all_drawn(outcome.figures)
    for sweep in outcome.unfinished:
        typer.echo(
            f"error: {sweep}: rows failed or timed out; say toysim sweep {sweep} --retry", err=True
        )
    return outcome


def _print_plans(plans: dict[str, list[Planned]], as_json: bool) -> None:
    if as_json:
        print_json({name: [vars(p) for p in plan] for name, plan in plans.items()})
        return
    if len(plans) > 1:
        every = [planned for plan in plans.values() for planned in plan]
        typer.echo(f"{len(plans)} papers: {_total(every)}, to a factor of ten\n")
    for name, plan in plans.items():
        typer.echo(f"{name}: {_total(plan)}, to a factor of ten")
        rows = [(p.sweep, p.cells, p.replicas, f"{p.seconds:.2g}", p.there) for p in plan]
        print_table(("sweep", "cells", "replicas", "core seconds", "there already"), rows)


def _total(plan: list[Planned]) -> str:
    rows, seconds = sum(p.cells * p.replicas for p in plan), sum(p.seconds for p in plan)
    return f"{len(plan)} sweeps, {rows} rows, about {seconds:.2g} core seconds"


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(f.strip() for f in text.split(",") if f.strip())
    if not wanted or any(f not in FORMATS for f in wanted):
        raise ToysimError(
            f"--format {text!r}: choose from {', '.join(FORMATS)}, several with commas"
        )
    return wanted


def _all_drawn(made: list[MadeFigure]) -> bool:
    failed = [m for m in made if not m.paths]
    for m in failed:
        typer.echo(f"error: figure {m.name}: {' '.join(m.reason.split())}", err=True)
    return not failed


def _print_outcome(outcome: Outcome) -> None:
    """The verdict table and where everything is, then each claim with its numbers."""
    rows = [(c.name, c.verdict, c.expected.verdict, c.claim.source) for c in outcome.claims]
    print_table(("claim", "verdict", "expected verdict", "source"), rows, outcome.name)
    typer.echo("")
    found = [(name, _words(table)) for name, table in outcome.comparisons.items()]
    print_table(("sweep", "simulation against theory"), found)
    for name, reason in outcome.beyond_theory.items():
        typer.echo(f"{name} is beyond theory on purpose: {reason}")
    typer.echo("")
    places = {
        "page": str(outcome.page),
        "all papers": str(outcome.index),
        "pictures": _folders(path for m in outcome.figures for path in m.paths),
        "data": _folders(outcome.stores.values()),
    }
    print_facts(places)
    for c in outcome.claims:
        mark = "" if c.as_expected else f"  NOT AS EXPECTED ({c.expected.verdict})"
        typer.echo(f"\n{c.verdict.upper()}{mark}: {c.claim.sentence} [{c.claim.source}]")
        for name, text in _told(c).items():
            if text:
                typer.echo(f"    {name}: {text}")


def _folders(paths: Iterable[Path | str]) -> str:
    """Folders, and how many things are in each."""
    counts = Counter(str(Path(path).parent) for path in paths)
    return ", ".join(f"{folder} ({n})" for folder, n in sorted(counts.items()))


def _told(c: Judgement) -> dict[str, str]:
    """What is said of a claim, part by part."""
    return {
        "measured": c.told("measured"),
        "expected": c.told("expected"),
        "criterion": c.evidence.criterion,
        "error": c.told("error"),
        "limits": c.claim.limits or "none claimed",
        "here": c.expected.reason,
    }


def _words(table: Comparison) -> str:
    """``12 agree, 1 outside validity``; observables that differ by name, and rows that wait."""
    count = Counter(v.verdict for v in table)
    parts = [f"{count[w]} {w.replace('agrees', 'agree')}" for w in WORDS if count[w]]
    off = ", ".join(v.observable for v in table if v.verdict == Agreement.DIFFERS)
    told = [f"DIFFERS: {off}"] if off else []
    waiting = [f"{table.unrefined} rows not refined yet"] if table.unrefined else []
    return "; ".join([*told, ", ".join(parts), *waiting])


def _figure(made: MadeFigure) -> dict[str, Any]:
    return {"figure": made.name, "files": made.paths, "cached": made.cached, "reason": made.reason}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "ok": outcome.ok,
        "claims": [c.as_dict() for c in outcome.claims],
        "figures": [_figure(m) for m in outcome.figures],
        "comparisons": {name: table.as_dicts() for name, table in outcome.comparisons.items()},
        "page": outcome.page,
        "index": outcome.index,
        "stores": outcome.stores,
        "unfinished": outcome.unfinished,
    }
