"""The typer application that the commands register on, and its exit codes."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from toysim.errors import ToysimError, suggest
from toysim.version import __version__

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
INTERRUPTION = "interrupted; run the same command again to continue"
WIDTH = 100  # of the help at most
ABOUT = (
    "Learning-theory toy models: sweeps, exact theory beside every simulation, "
    "papers as executable checks."
)

debugging = ContextVar("debugging", default=False)  # whether --debug was given


class Commands(TyperGroup):
    """The commands; the nearest one is offered for a name that is none."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            known = suggest(cmd_name, self.list_commands(ctx))
            raise ToysimError(f"no command {cmd_name!r}: {known}; see toysim --help")
        return found


app = typer.Typer(
    name="toysim",
    cls=Commands,
    help=ABOUT,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
    epilog="Example: toysim reproduce critical_periods",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"toysim {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Print the trace of an error; also after a command.")
    ] = False,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="A project that is not here or above; also after a command.",
        ),
    ] = None,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
