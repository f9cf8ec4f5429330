"""toysim compare MODEL --data, toysim fit: measurements of one's own under a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from toysim.cli.app import FAILED, OK, app
from toysim.cli.arguments import Json, ModelId, ParameterValues, Plot
from toysim.cli.values import PICTURES, assignments, check_suffix, print_json, print_table
from toysim.errors import ToysimError

COLUMNS = ("observable", "verdict", "points", "outside", "chi2", "p_value", "z")
BOTH = ("measured", "theory")


def measured(
    model: str, data: Path, parameter: list[str] | None, plot: Path | None, as_json: bool
) -> int:
    """The verdicts of a table of measurements; 1 if one differs."""
    check_suffix(plot, PICTURES, "--plot")
    from toysim.measuring.verdicts import compare_measured
    from toysim.registry import load_model

    verdicts = compare_measured(data, load_model(model), assignments(parameter or (), "-p"))
    if as_json:
        points = verdicts.table.to_dict("records")
        print_json({"model": model, "verdicts": verdicts.as_dicts(), "points": points})
    else:
        rows = [(*(getattr(v, c) for c in (*COLUMNS, *BOTH)), v.worst, v.reason) for v in verdicts]
        print_table((*COLUMNS, *BOTH, "worst point", "why"), rows, model)
        typer.echo("z is (measured - theory) / error at the worst point; outside: theory not valid")
    if plot is not None:
        verdicts.plot(plot)
        typer.echo(f"picture: {plot}", err=as_json)
    return OK if verdicts.ok else FAILED


@app.command(epilog="Example: toysim fit oscillation.river_valley --data loss.csv --free curvature")
def fit(
    model: ModelId,
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE.csv", help="Measurements, a column each.")
    ],
    free: Annotated[
        list[str],
        typer.Option("--free", metavar="NAME[=GUESS]", help="To be fitted; may be repeated."),
    ],
    parameter: ParameterValues = None,
    beginnings: Annotated[
        int, typer.Option("--beginnings", metavar="N", help="Beginnings to try; the best counts.")
    ] = 1,
    simulation: Annotated[
        bool, typer.Option("--simulation", help="Fit the simulation's mean, not the theory.")
    ] = False,
    replicas: Annotated[
        int, typer.Option("--replicas", metavar="N", help="Of the simulation.")
    ] = 100,
    plot: Plot = None,
    as_json: Json = False,
) -> int:
    """Fit parameters of a model to measurements; exit 1 if the fit means nothing."""
    check_suffix(plot, PICTURES, "--plot")
    from toysim.measuring.fitting import fit as run_fit

    found = run_fit(
        model,
        data,
        [word.partition("=")[0] for word in free],
        guess=_guess(free),
        beginnings=beginnings,
        simulation=simulation,
        replicas=replicas,
        **assignments(parameter or (), "-p"),
    )
    if as_json:
        print_json(found.as_dict())
    else:
        typer.echo(repr(found))
    if plot is not None:
        found.plot(plot)
        typer.echo(f"picture: {plot}", err=as_json)
    return OK if found.ok else FAILED


def _guess(free: list[str]) -> dict[str, Any]:
    """Where to begin, of the words NAME=GUESS."""
    given = assignments([word for word in free if "=" in word], "--free")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ToysimError(f"--free {name}={value}: the guess must be a number")
    return given
