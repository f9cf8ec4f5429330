"""toysim list, toysim models, toysim show: what there is, without importing any numerics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from toysim.cli import completion
from toysim.cli.app import app
from toysim.cli.arguments import Json, ModelId
from toysim.cli.completion import KINDS
from toysim.cli.values import print_json, print_table
from toysim.errors import ToysimError, suggest

if TYPE_CHECKING:
    from toysim.model import Model

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
    typer.echo(f"{found.id} (version {found.version}): {found.title}\n")
    for title in ("parameters", "dims", "observables", "landmarks"):
        rows = describe(found)[title]
        if rows:
            print_table(tuple(rows[0]), [_shown(row) for row in rows], title)
            typer.echo("")
    typer.echo(f"equations\n{found.equations}\n")
    typer.echo(f"sources: {', '.join(found.sources)}")


def describe(model: Model) -> dict[str, Any]:
    """What a user needs to know of a model, as plain data."""
    return {
        "id": model.id,
        "title": model.title,
        "version": model.version,
        "parameters": [
            {
                "name": p.name,
                "symbol": p.symbol,
                "type": p.type,
                "default": p.default,
                "allowed": p.allowed,
                "unit": p.unit,
                "meaning": p.meaning,
            }
            for p in model.parameters.values()
        ],
        "dims": [{"name": d.name, "meaning": d.long_name} for d in model.dims],
        "observables": [
            {
                "name": o.name,
                "unit": o.unit,
                "dims": o.dims,
                "theory": model.theory is not None and o.name not in model.theory_omits,
                "meaning": o.long_name,
            }
            for o in model.observables
        ],
        "landmarks": [
            {
                "name": mark.name,
                "unit": mark.unit,
                "of": mark.parameters,
                "meaning": mark.meaning,
                "source": mark.source,
            }
            for mark in model.landmarks
        ],
        "equations": model.equations,
        "sources": model.sources,
    }


def _shown(row: dict[str, Any]) -> list[Any]:
    """Values as a user would type them after ``-p name=``."""
    shown = {k: ", ".join(v) if k in ("dims", "of") else v for k, v in row.items()}
    if isinstance(row.get("default"), bool):
        shown["default"] = "true" if row["default"] else "false"
    return list(shown.values())
