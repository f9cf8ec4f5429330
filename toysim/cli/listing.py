"""toysim list, toysim models, toysim show: what there is, without importing any numerics."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from toysim.cli import completion
from toysim.cli.app import app
from toysim.cli.arguments import Json, ModelId
from toysim.cli.completion import KINDS
from toysim.cli.values import print_json, print_table
from toysim.describing import describe, told
from toysim.errors import ToysimError, suggest
from toysim.tables import terminal_width

Cost = Annotated[
    bool, typer.Option("--cost", help="Declared seconds on one core, to a factor of ten.")
]


@app.command("list", epilog="Example: toysim list sweeps --cost")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help=f"{', '.join(KINDS)}; default: how many of each.",
            autocompletion=completion.kinds,
        ),
    ] = None,
    cost: Cost = False,
    as_json: Json = False,
) -> None:
    """List what there is: models, sweeps, papers, figures, landmarks."""
    if kind is None:
        rows = _counts()
    elif kind in KINDS:
        rows = _rows(kind, cost)
    else:
        raise ToysimError(f"nothing called {kind!r} to list: {suggest(kind, KINDS)}")
    if cost and kind not in ("models", "sweeps"):
        raise ToysimError("--cost goes with models and sweeps")
    if as_json:
        print_json(rows)
    elif rows:
        print_table([name.replace("_", " ") for name in rows[0]], map(_listed, rows))


@app.command(epilog="Example: toysim models --json")
def models(cost: Cost = False, as_json: Json = False) -> None:
    """List the models; the same as toysim list models."""
    list_("models", cost, as_json)


def _rows(kind: str, cost: bool) -> list[dict[str, Any]]:
    from toysim import catalogue

    match kind:
        case "models":
            return _models(cost)
        case "sweeps":
            return catalogue.list_sweeps(cost)
        case "papers":
            return catalogue.list_papers()
        case "figures":
            return catalogue.list_figures()
        case _:
            return _landmarks()


def _models(cost: bool) -> list[dict[str, Any]]:
    from toysim.registry import list_models

    rows: list[dict[str, Any]] = []
    for row in list_models():
        title = row.pop("title")
        rows.append({**row, **(_seconds(row["id"]) if cost else {}), "title": title})
    return rows


def _seconds(model: str) -> dict[str, float]:
    """Of a row at the defaults."""
    from toysim.registry import load_model

    found = load_model(model)
    p = found.validate({})
    return {"seconds": found.seconds(p), "theory_seconds": found.theory_seconds(p)}


def _landmarks() -> list[dict[str, Any]]:
    from toysim.registry import all_models

    return [
        {
            "model": model.id,
            "name": m.name,
            "of": m.parameters,
            "unit": m.unit,
            "meaning": m.meaning,
        }
        for _, model in sorted(all_models().items())
        for m in model.landmarks
    ]


def _counts() -> list[dict[str, Any]]:
    """Without loading papers, so that it comes at once."""
    from toysim.registry import all_models, all_sweeps, reproduction_names

    found = all_models().values()
    sizes = {
        "models": len(found),
        "sweeps": len(all_sweeps()),
        "papers": len(reproduction_names()),
        "landmarks": sum(len(model.landmarks) for model in found),
    }
    return [{"kind": kind, "how_many": sizes.get(kind)} for kind in KINDS]


def _listed(row: dict[str, Any]) -> list[Any]:
    """Lists of many names by how many they are."""
    shown = {k: ", ".join(v) if k == "of" else v for k, v in row.items()}
    return [len(v) if isinstance(v, list) else v for v in shown.values()]


@app.command(epilog="Example: toysim show deep_linear.modes")
def show(model: ModelId, as_json: Json = False) -> None:
    """Show a model: parameters, observables, equations, sources."""
    from toysim.registry import load_model

    found = load_model(model)
    if as_json:
        print_json(describe(found))
        return
    for line in told(found, terminal_width(), _writes_greek()):
        typer.echo(line)


def _writes_greek() -> bool:
    """Whether stdout can: plain ASCII or a Western code page cannot."""
    try:
        "φ̂√".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
