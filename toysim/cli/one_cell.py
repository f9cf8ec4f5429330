"""toysim run: one cell, theory beside it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from toysim.cli.app import app
from toysim.cli.arguments import Json, ModelId, ParameterValues, Plot, Yes
from toysim.cli.values import (
    PICTURES,
    assignments,
    check_suffix,
    print_json,
    print_table,
    refuse_existing,
)
from toysim.errors import ToysimError

MANY = 12  # entries of an inner dimension beyond which only the last one is printed


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
    theory = (
        api.theory(model, seed=seed, replicas=replicas, yes=yes, **given) if found.theory else None
    )
    simulation = api.run(model, seed=seed, replicas=replicas, **given)
    rows = _summary(simulation, theory)
    if as_json:
        print_json({"model": model, "parameters": {**found.defaults, **given}, "summary": rows})
    else:
        columns = tuple(rows[0])
        print_table(columns, [[row.get(column) for column in columns] for row in rows], model)
    if out is not None:
        _save(simulation, theory, out)
        typer.echo(f"data: {out}", err=as_json)
    if plot is not None:
        _draw(simulation, theory, plot)
        typer.echo(f"picture: {plot}", err=as_json)


def _refuse_options(given: dict[str, Any]) -> None:
    """Options of the command are no parameters of a model."""
    for name in ("seed", "replicas"):
        if name in given:
            raise ToysimError(f"{name} is no parameter; write --{name} {given[name]}")
    if "yes" in given:
        raise ToysimError("yes is no parameter; write --yes")
    if "model" in given:
        raise ToysimError("model is no parameter; name the model right after toysim run")


def _summary(simulation: Any, theory: Any) -> list[dict[str, Any]]:
    """One row a number: the mean over the replicas that ended well, with its standard error and
    how many entered; of a long dimension the last entry.
    """
    from toysim.outcomes import Status, word

    rows = []
    for name, values in simulation.data_vars.items():
        if name in ("status", "status_step"):
            continue
        inner = {d: n for d, n in values.sizes.items() if d != "replica"}
        for place in _places(inner):
            rows.append(
                {
                    "observable": name,
                    "at": ", ".join(f"{d}={k}" for d, k in place.items()),
                    **_means(simulation, name, place),
                    "theory": _number(theory[name], place)
                    if theory is not None and name in theory
                    else None,
                    "unit": values.attrs.get("units", ""),
                }
            )
    ended = sorted({word(Status(int(code))) for code in simulation["status"].values.flat})
    return [
        *rows,
        {
            "observable": "status",
            "at": "",
            "simulation": ", ".join(ended),
            "theory": None,
            "unit": "",
        },
    ]


def _means(simulation: Any, name: str, place: dict[str, int]) -> dict[str, Any]:
    """The simulation's number; over replicas ``error`` and, as 3 of 4, how many ``entered``."""
    if "replica" not in simulation[name].dims or simulation[name].dtype.kind != "f":
        return {"simulation": _number(simulation[name], place)}
    accessor, n = simulation[[name, "status"]].toysim, simulation.sizes["replica"]
    mean, error = (ds[name].isel(place) for ds in (accessor.mean(), accessor.sem()))
    return {
        "simulation": mean.item(),
        "error": error.item(),
        "entered": f"{int(mean[f'count_{name}'])} of {n}",
    }


def _number(values: Any, place: dict[str, int]) -> Any:
    one = values.isel(place)
    return (one.mean("replica") if "replica" in one.dims else one).item()


def _places(sizes: dict[str, int]) -> list[dict[str, int]]:
    places: list[dict[str, int]] = [{}]
    for dim, n in sizes.items():
        shown = range(n) if n <= MANY else [n - 1]
        places = [{**place, dim: k} for place in places for k in shown]
    return places


def _save(simulation: Any, theory: Any, out: Path) -> None:
    import xarray as xr

    from toysim.store.export import write_netcdf

    nodes = {"/": xr.Dataset(attrs=simulation.attrs), "/simulation": simulation}
    tree = xr.DataTree.from_dict({**nodes, **({"/theory": theory} if theory is not None else {})})
    if out.suffix == ".nc":
        write_netcdf(tree, out)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message="Consolidated metadata"
            )  # not yet in the specification of Zarr 3
            tree.to_zarr(out, mode="w-")


def _draw(simulation: Any, theory: Any, plot: Path) -> None:
    from toysim.papers.drawing import save_plain
    from toysim.papers.one_run import plot_run

    save_plain(plot_run(simulation, theory), plot)
