"""toysim new: a project of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from toysim.cli.app import app


@app.command(epilog="Example: toysim new demo && cd demo && toysim reproduce demo")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the project and its folder.")],
) -> None:
    """Make a project: models, sweeps, figures and tests of your own in one folder.

    In it and below it every command knows them beside the shipped ones.
    """
    from toysim.making import make_project

    folder = make_project(name)
    typer.echo(f"project: {folder}/")
    typer.echo(f"next:    cd {folder} && toysim reproduce {name} && pytest")
