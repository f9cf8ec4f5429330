"""The entry point: registers every command; every error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer

# In the order of ``toysim --help``.
# isort: off
from toysim.cli import listing, one_cell, asking, running, sharing  # noqa: F401
from toysim.cli import looking, viewing, measuring, papers, projects  # noqa: F401

# isort: on
from toysim.cli.app import BAD_INPUT, INTERRUPTED, INTERRUPTION, OK, app, debugging
from toysim.errors import LongCall, ToysimError, ToysimWarning, suggest
from toysim.places import VARIABLE
from toysim.progress import line


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0, 1 (claim, comparison or cell failed), 2 (bad usage or input), 130
    (interrupted).
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debugging.set("--debug" in arguments)
    arguments = [a for a in arguments if a != "--debug"]
    try:
        arguments = _in_project(arguments)
        with _notes():
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
        if debugging.get():
            traceback.print_exc()
        if isinstance(error, OSError):
            _drop_output()  # stdout itself may be on the full disk
        return _say(_one_line(error), BAD_INPUT)
    if code == INTERRUPTED:  # typer turns Ctrl-C into this code
        line(INTERRUPTION)
    return code


@contextmanager
def _notes() -> Iterator[None]:
    """What is said of a call or of its input is told in one line and once, other warnings as
    ever.
    """
    show, said = warnings.showwarning, set[str]()

    def told(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
        text = str(message)
        if not issubclass(category, (LongCall, ToysimWarning)):
            show(message, category, *place, **more)
        elif text not in said:
            said.add(text)
            line(f"note: {text}")

    with warnings.catch_warnings():
        warnings.showwarning = told
        yield


def _in_project(arguments: list[str]) -> list[str]:
    """The arguments without ``--project DIR``, which may stand anywhere; workers see it too."""
    for i, word in enumerate(arguments):
        option, equals, folder = word.partition("=")
        if option == "--project" and (equals or i + 1 < len(arguments)):
            taken = 1 if equals else 2
            os.environ[VARIABLE] = folder if equals else arguments[i + 1]
            return arguments[:i] + arguments[i + taken :]
    return arguments


def _say(message: str, code: int) -> int:
    line("error: " + " ".join(message.split()))
    return code


def _drop_output() -> int:
    """Nobody can be told any more, the reader of a pipe has gone: let nothing be flushed at exit,
    and leave quietly.
    """
    with suppress(OSError):  # no file behind stdout, in tests
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _one_line(error: Exception) -> str:
    if isinstance(error, ToysimError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return _usage(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}; check the path, the disk and the permissions"
    return f"unexpected {type(error).__name__}: {error}; --debug shows where"


def _usage(error: Any) -> str:
    """A usage error of the parser in one line, with the nearest option and where to read on."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "toysim"
    if hasattr(error, "possibilities") and context is not None:  # an unknown option
        names = [n for p in context.command.params for n in (*p.opts, *p.secondary_opts)]
        known = suggest(error.option_name, [n for n in names if n.startswith("-")])
        message = f"no option {error.option_name!r}: {known}"
    return f"{message}; see {where} --help"
