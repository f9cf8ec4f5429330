"""toysim run: one cell, theory beside it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toysim.cli.app import app
from toysim.cli.arguments import Json, ModelId, ParameterValues, Plot, Yes
from toysim.cli.summary import summary
from toysim.cli.values import (
    PICTURES,
    assignments,
    check_suffix,
    print_json,
    print_table,
    refuse_existing,
    refuse_words,
)
from toysim.errors import ToysimError
from toysim.shown import FEW, shown

if TYPE_CHECKING:
    from toysim.model import Model


@app.command(
    epilog="Example: toysim run deep_linear.modes -p depth=4 -p deficit_length=0.5 --plot run.png"
)
def run(
    model: ModelId,
    parameter: ParameterValues = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Root seed.")] = 0,
    replicas: Annotated[
        int, typer.Option("--replicas", metavar="N", help="Random streams to run.")
    ] = 1,
    theory_alone: Annotated[
        bool, typer.Option("--theory", help="Theory alone, without a simulation.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write data: FILE.nc or FILE.zarr.")
    ] = None,
    plot: Plot = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Run one cell of a model and print a summary, theory beside it."""
    from toysim import api
    from toysim.registry import load_model

    given = assignments(parameter or (), "-p")
    _refuse_options(given)
    check_suffix(out, (".nc", ".zarr"), "--out")
    check_suffix(plot, PICTURES, "--plot")
    refuse_existing(out, "give another name or remove it")
    found = load_model(model)
    asked = {"seed": seed, "replicas": replicas, **given}
    theory = api.theory(model, yes=yes, **asked) if found.theory or theory_alone else None
    simulation = None if theory_alone else api.run(model, **asked)
    _report(found, given, simulation, theory, as_json)
    sides = {"simulation": simulation, "theory": theory}
    known = {side: ds for side, ds in sides.items() if ds is not None}
    if out is not None:
        _save(known, out)
        typer.echo(f"data: {out}", err=as_json)
    if plot is not None:
        _draw(known, plot)
        typer.echo(f"picture: {plot}", err=as_json)


def _refuse_options(given: dict[str, Any]) -> None:
    """Options of the command are no parameters of a model."""
    refuse_words(given, "-p", ("seed", "replicas", "yes", "theory"))
    if "model" in given:
        raise ToysimError("model is no parameter; name the model right after toysim run")


def _report(
    model: Model, given: dict[str, Any], simulation: Any, theory: Any, as_json: bool
) -> None:
    rows = summary(simulation, theory)
    if as_json:
        parameters = {**model.defaults, **given}
        print_json({"model": model.id, "parameters": parameters, "summary": rows})
        return
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    table = [[_in_short(row.get(column)) for column in columns] for row in rows]
    print_table(columns, table, model.id)
    if simulation is not None and model.of_means and "replica" not in simulation.dims:
        typer.echo("one replica has no error; --replicas N gives means with errors")
    if theory is not None and not theory["valid"].all():
        typer.echo("theory says that it does not hold here: its numbers are no prediction")


def _in_short(value: Any) -> Any:
    """The ends of a long list and how many there are."""
    if not isinstance(value, list) or len(value) <= FEW:
        return value
    ends = [shown(v) for v in (*value[:3], *value[-2:])]
    return f"{', '.join(ends[:3])}, ..., {', '.join(ends[3:])}"


def _save(sides: dict[str, Any], out: Path) -> None:
    import xarray as xr

    from toysim.store.export import write_netcdf

    nodes = {f"/{side}": ds for side, ds in sides.items()}
    attributes = next(iter(sides.values())).attrs
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=attributes), **nodes})
    if out.suffix == ".nc":
        write_netcdf(tree, out)
    else:
        with warnings.catch_warnings():
            # Neither consolidated metadata nor texts of one width are in the specification yet.
            for message in ("Consolidated metadata", "The data type .FixedLengthUTF32"):
                warnings.filterwarnings("ignore", message=message)
            tree.to_zarr(out, mode="w-")


def _draw(sides: dict[str, Any], plot: Path) -> None:
    from toysim.papers.drawing import save_plain
    from toysim.papers.one_run import plot_run

    save_plain(plot_run(**sides), plot)
