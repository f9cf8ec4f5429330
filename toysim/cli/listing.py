"""toysim models, toysim show: what there is, without importing any numerics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from toysim.cli.app import app
from toysim.cli.arguments import Json, ModelId
from toysim.cli.values import print_json, print_table

if TYPE_CHECKING:
    from toysim.model import Model


@app.command(epilog="Example: toysim models --json")
def models(as_json: Json = False) -> None:
    """List the models."""
    from toysim.registry import list_models

    rows = list_models()
    if as_json:
        print_json(rows)
        return
    table = [(r["id"], r["title"], len(r["parameters"]), r["has_theory"]) for r in rows]
    print_table(("model", "title", "parameters", "theory"), table)


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
