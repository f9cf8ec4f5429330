"""Words of the command line into values, and values into lines: name=value, tables, JSON."""

from __future__ import annotations

import json
import math
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from toysim.errors import ToysimError, short
from toysim.shown import printable, shown
from toysim.store.opening import local
from toysim.tables import emphasised, named_lines, table_lines, terminal_width

PICTURES = (".png", ".svg", ".pdf")


def assignments(words: Iterable[str], option: str) -> dict[str, Any]:
    """``name=value`` words; a value is read as TOML (numbers, true, lists, tables), else as plain
    text.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ToysimError(
                f"{option} {word!r}: write name=value, for example {option} {name or 'depth'}=4"
            )
        if name in found:
            raise ToysimError(f"{option} {name} is given twice; drop one of the two")
        found[name] = _value(text)
    return found


def refuse_words(given: Mapping[str, Any], option: str, words: Iterable[str]) -> None:
    """Options of a command are no parameters of a model."""
    for name in words:
        if name in given:
            told = (
                f"--{name}" if given[name] is True else f"--{name} {shlex.quote(str(given[name]))}"
            )
            raise ToysimError(f"{option} {name}: {name} is no parameter; write {told}", name)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text
    except (ValueError, RecursionError):  # thousands of digits or brackets
        raise ToysimError(f"{short(text)} is no value") from None


def check_suffix(path: Path | None, allowed: Sequence[str], option: str) -> None:
    if path is not None and local(path).suffix not in allowed:
        raise ToysimError(f"{option} {path}: the name must end in {' or '.join(allowed)}")


def refuse_existing(path: Path | None, mend: str) -> None:
    if path is not None and path.exists():
        raise ToysimError(f"{path} exists; {mend}")


def plain(value: Any) -> Any:
    """What JSON can hold: NumPy to Python, NaN and infinities to null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(plain(value), indent=2, allow_nan=False))


def print_facts(facts: Mapping[str, Any]) -> None:
    """Name and value a line; what is None says nothing and is left out."""
    known = {name.replace("_", " "): value for name, value in facts.items() if value is not None}
    names, width = max(map(len, known)), terminal_width()
    for name, value in known.items():
        for line in named_lines(name, _cell(value), names, width):
            typer.echo(line)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None
) -> None:
    """A table no value of which is cut, as wide as the terminal at most."""
    if title:
        typer.echo(emphasised(title))
    cells = [[_cell(v) for v in row] for row in rows]
    for line in table_lines(columns, cells, terminal_width()):
        typer.echo(line)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_cell(v)}" for k, v in value.items())
    return "" if value is None else printable(shown(value))
