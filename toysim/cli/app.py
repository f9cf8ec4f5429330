"""The typer application, and how every error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from typing import Annotated, Any

import typer

from toysim.errors import ToysimError, suggest

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
INTERRUPTION = "interrupted; run the same command again to continue"
WIDTH = 100  # of the help at most
ABOUT = (
    "Learning-theory toy models: sweeps, exact theory beside every simulation, "
    "papers as executable checks."
)

app = typer.Typer(
    name="toysim",
    help=ABOUT,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
    epilog="Example: toysim reproduce critical_periods",
)


def _version(asked: bool) -> None:
    if asked:
        from toysim import __version__

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
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0, 1 (claim, comparison or cell failed), 2 (bad usage or input), 130
    (interrupted).
    """
    from toysim.cli import commands  # noqa: F401  registers them

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    try:
        code = int(app(args=arguments, prog_name="toysim", standalone_mode=False) or OK)
        sys.stdout.flush()
    except BrokenPipeError:
        return _drop_output()
    except (
        SystemExit
    ) as leaving:  # typer's way out after a broken pipe (1) or --show-completion (0)
        return _drop_output() if leaving.code == 1 else int(leaving.code or OK)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        if isinstance(error, OSError):
            _drop_output()  # stdout itself may be on the full disk
        return _say(_one_line(error, arguments), BAD_INPUT)
    if code == INTERRUPTED:  # typer turns Ctrl-C into this code
        typer.echo(INTERRUPTION, err=True)
    return code


def _say(message: str, code: int) -> int:
    typer.echo("error: " + " ".join(message.split()), err=True)
    return code


def _drop_output() -> int:
    """Nobody can be told any more, the reader of a pipe has gone: let nothing be flushed at exit,
    and leave quietly.
    """
    with suppress(OSError):  # no file behind stdout, in tests
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _one_line(error: Exception, arguments: list[str]) -> str:
    if isinstance(error, ToysimError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return _usage(error, arguments)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}; check the path, the disk and the permissions"
    return f"unexpected {type(error).__name__}: {error}; --debug shows where"


def _usage(error: Any, arguments: list[str]) -> str:
    """A usage error of the parser in one line, with the nearest command or option and where to read
    on.
    """
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "toysim"
    if message.startswith("No such command"):
        known = [
            str(c.name or getattr(c.callback, "__name__", "")) for c in app.registered_commands
        ]
        wrong = next((a for a in arguments if not a.startswith("-")), "")
        message = f"no command {wrong!r}: {suggest(wrong, known)}"
    elif (
        hasattr(error, "option_name")
        and context is not None
        and message.startswith("No such option")
    ):
        known = [
            name
            for p in context.command.params
            for name in (*p.opts, *p.secondary_opts)
            if name[:1] == "-"
        ]
        message = f"no option {error.option_name!r}: {suggest(error.option_name, known)}"
    return f"{message}; see {where} --help"
