"""toysim status, compare, plot, export: look at a store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toysim.cli.app import FAILED, OK, app, debugging
from toysim.cli.arguments import Json, ParameterValues, Plot, StorePath
from toysim.cli.measuring import measured
from toysim.cli.values import (
    PICTURES,
    assignments,
    check_suffix,
    print_facts,
    print_json,
    print_table,
)
from toysim.errors import ToysimError
from toysim.outcomes import State, word
from toysim.progress import line

if TYPE_CHECKING:
    from toysim.comparison.verdicts import Comparison
    from toysim.store.status import Status

SIDES = ("simulation", "theory")
COLUMNS = (
    "observable",
    "verdict",
    "share",
    "z",
    "stored",
    "extrapolated",
    "theory",
    "tolerance",
    "decided",
    "undecided",
    "outside",
)


@app.command(epilog="Example: toysim status results/critical_periods.depth.zarr")
def status(
    store: StorePath,
    note: Annotated[
        bool, typer.Option("--note", help="The sweep in a few lines, for a lab book.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Say how far a sweep is; exit 1 if rows failed."""
    from toysim.store.status import read_status

    found = read_status(store)
    if note:
        from toysim.store.lab_note import lab_note

        typer.echo(lab_note(store))
    elif as_json:
        print_json(found.as_dict())
    else:
        print_facts(_status_facts(found))
    if debugging.get() and found.last_trace:
        line(found.last_trace)
    return FAILED if found.failed + found.timed_out else OK


def _status_facts(found: Status) -> dict[str, Any]:
    left = found.blocks - found.blocks_done
    told = f"{found.blocks_done} of {found.blocks} done, {left} left"
    if found.left_out:
        told += f", {found.left_out} of them theory that the run leaves out (--no-theory)"
    if found.damaged:
        told += f", {found.damaged} of those done cannot be read (--repair)"
    eta = "unknown" if found.eta is None else f"{found.eta:.0f} s"
    return {
        "store": found.path,
        "model": found.model,
        "blocks": told,
        "rows done": found.rows_done,
        "failed": found.failed,
        "timed out": found.timed_out,
        "run": _run_told(found),
        "rate": f"{found.rate:.4g} rows/s" if found.rate else "not running",
        "eta": "finished" if found.finished else eta,
        **{f"error {k}": text for k, text in enumerate(found.last_errors, 1)},
    }


def _run_told(found: Status) -> str:
    """Who is writing, or since when nobody is."""
    if found.since is None:
        return found.run
    when = datetime.fromtimestamp(found.since).astimezone().isoformat(" ", "seconds")
    match found.run:
        case "running":
            return f"running, last block {when}"
        case "elsewhere":
            return f"on another machine, last heard of {when}"
        case "dead":
            return f"dead since {when}; the same toysim sweep again goes on"
    return f"{found.run} {when}"


@app.command(epilog="Example: toysim compare results/critical_periods.depth.zarr")
def compare(
    store: Annotated[
        str, typer.Argument(metavar="STORE", help="Store of a sweep; with --data a MODEL.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE.csv", help="Measurements to hold against MODEL."),
    ] = None,
    parameter: ParameterValues = None,
    plot: Plot = None,
    as_json: Json = False,
) -> int:
    """Hold simulation against theory; exit 1 if they differ or data are missing.

    With --data the columns of a table, measured and parameters, are held against a model's theory.
    """
    if data is not None:
        return measured(store, data, parameter, plot, as_json)
    if parameter or plot is not None:
        raise ToysimError("-p and --plot go with --data FILE.csv and a MODEL in place of STORE")
    return _compare_store(Path(store), as_json)


def _compare_store(store: Path, as_json: bool) -> int:
    from toysim.comparison.verdicts import Comparison
    from toysim.comparison.verdicts import compare as compare_tree
    from toysim.store.dataset import read_tree

    tree = read_tree(store)
    missing = _missing(tree)
    verdicts = Comparison() if _nothing_yet(tree) else compare_tree(tree)
    if as_json:
        print_json({"verdicts": verdicts.as_dicts(), "notes": verdicts.notes, **missing})
    elif verdicts:
        _print_verdicts(verdicts)
    if any(missing.values()):
        counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in missing.items() if n)
        typer.echo(
            f"error: data are missing: {counts}; say toysim sweep again, with --retry for failed "
            "rows",
            err=True,
        )
    return OK if verdicts.ok and not any(missing.values()) else FAILED


def _nothing_yet(tree: Any) -> bool:
    """Whether a side has rows to come, while no row has both sides."""
    sides = [tree[side]["state"].values for side in SIDES if side in tree]
    return "theory" in tree and any(bool((side != State.OK).all()) for side in sides)


def _missing(tree: Any) -> dict[str, int]:
    """Rows of both sides that were asked for and have no numbers."""
    states = [tree[side]["state"].values for side in SIDES if side in tree]
    names = (State.NOT_RUN, State.FAILED, State.TIMED_OUT)
    return {f"rows_{word(n)}": int(sum((s == n).sum() for s in states)) for n in names}


def _print_verdicts(verdicts: Comparison) -> None:
    refined = any(v.extrapolated is not None for v in verdicts)
    errors = any(v.z is not None for v in verdicts)
    columns = [c for c in COLUMNS if (c != "extrapolated" or refined) and (c != "z" or errors)]
    rows = [(*(getattr(v, name) for name in columns), v.worst) for v in verdicts]
    print_table((*columns, "worst cell"), rows)
    typer.echo("share is |simulation - theory| / tolerance at the worst cell, z in standard errors")
    if refined:
        typer.echo("extrapolated: to step 0, from runs at h, h/2 and h/4; that is compared")
    for note in verdicts.notes:
        typer.echo(note)


@app.command(epilog="Example: toysim plot results/my_sweep.zarr --x alpha --hue depth")
def plot(
    store: StorePath,
    x: Annotated[str | None, typer.Option("--x", metavar="AXIS", help="Along x.")] = None,
    hue: Annotated[str | None, typer.Option("--hue", metavar="AXIS", help="By colour.")] = None,
    panel: Annotated[str | None, typer.Option("--panel", metavar="AXIS", help="By panel.")] = None,
    y: Annotated[
        list[str] | None,
        typer.Option("--y", metavar="OBSERVABLE", help="What to draw; may be repeated."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="AXIS=VALUE", help="Where another axis stays."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="FILE.png, .svg or .pdf; default NAME.png."),
    ] = None,
) -> None:
    """Draw a sweep: simulation as points with errors, theory as lines, two long axes as a map.

    Without options it chooses what is sensible, and says the line of Python that does the same.
    """
    check_suffix(out, PICTURES, "--out")
    from toysim.papers.drawing import save_plain
    from toysim.plotting.choice import choose
    from toysim.plotting.picture import drawn
    from toysim.store.dataset import read_tree

    tree = read_tree(store)
    choice = choose(tree, x, hue, panel, y, assignments(at or (), "--at"))
    file = out or Path(f"{store.stem}.png")
    save_plain(drawn(tree, choice), file)
    typer.echo(f"picture: {file}")
    typer.echo(f'python:  toysim.plot("{store}", {choice.keywords}, file="{file}")')


@app.command(epilog="Example: toysim export results/my_sweep.zarr my_sweep.csv")
def export(
    store: StorePath,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write: FILE.nc, .csv or .parquet.")
    ],
    observable: Annotated[
        list[str] | None,
        typer.Option("--observable", metavar="NAME", help="Of a table; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a store as one netCDF file, or as a flat table.

    A netCDF file has the groups /simulation, /theory, /refinement and /comparison. A table has a
    row a cell and replica, theory beside simulation; its units stand in FILE.json. Observables with
    dimensions of their own, such as courses, are named with --observable.
    """
    from toysim.api import export as write

    written = write(store, file, *(observable or ()), force=force)
    typer.echo(f"data: {written} ({written.stat().st_size} bytes)")
    if file.suffix != ".nc":
        typer.echo(f"units: {file}.json")
        _say_left_out(store, observable or [])


def _say_left_out(store: Path, named: list[str]) -> None:
    from toysim.store.dataset import read_tree
    from toysim.store.table import left_out

    names = [] if named else left_out(read_tree(store))
    if names:
        told = ", ".join(names)
        typer.echo(f"left out, since they are no single numbers (--observable): {told}")
