"""toysim new, toysim check: a project of one's own, and models held to the contract."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from toysim.cli import completion
from toysim.cli.app import FAILED, OK, app
from toysim.cli.arguments import Json
from toysim.cli.values import print_json
from toysim.errors import ToysimError


@app.command(epilog="Example: toysim new demo && cd demo && toysim check")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the project and its folder.")],
) -> None:
    """Make a project: models, sweeps, figures and tests of your own in one folder.

    In it and below it every command knows them beside the shipped ones.
    """
    from toysim.making import make_project

    folder = make_project(name)
    typer.echo(f"project: {folder}/")
    typer.echo(f"next:    cd {folder} && toysim check && toysim reproduce {name} && pytest")


@app.command(epilog="Example: toysim check deep_linear.modes --draws 100")
def check(
    model: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL",
            help="Default: the models of the project here.",
            autocompletion=completion.models,
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every model there is; takes minutes.")
    ] = False,
    draws: Annotated[
        int,
        typer.Option(
            "--draws", metavar="N", help="Of the whole allowed range, to test validity; 0 for none."
        ),
    ] = 30,
    as_json: Json = False,
) -> int:
    """Hold models to the contract; exit 1 if one fails.

    Labels, rows that do not depend on their neighbours, theory that agrees with simulation where a
    wrong theory would not. Each failure comes with its likely cause and what to do.
    """
    names = _asked(model or [], every)
    from toysim.checking.conformance import check as check_model
    from toysim.checking.findings import Findings

    found = Findings()
    width = shutil.get_terminal_size().columns
    for name in names:
        of_model = check_model(name, draws=draws)
        found += of_model
        if not as_json:
            typer.echo(of_model.text(width))
    if as_json:
        print_json(found.as_dicts())
    else:
        typer.echo(found.summary)
    return OK if found.ok else FAILED


def _asked(given: list[str], every: bool) -> list[str]:
    """Which models; unknown ones are refused before anything runs."""
    from toysim.registry import all_models, load_model, models_of_project

    if every and given:
        raise ToysimError("--all is every model; drop the names or --all")
    if given or every:
        return [load_model(name).id for name in given] or sorted(all_models())
    own = models_of_project()
    if own is None:
        raise ToysimError(
            "name a model, or say --all for every one: there is no toysim.toml here or above, "
            "whose models would be meant"
        )
    if not own:
        raise ToysimError("the project here has no models yet; name a model, or say --all")
    return own
