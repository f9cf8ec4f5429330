"""Words of the command line into values, and values into lines: name=value, tables, JSON."""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from toysim.errors import ToysimError
from toysim.shown import shown

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


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text


def check_suffix(path: Path | None, allowed: Sequence[str], option: str) -> None:
    if path is not None and path.suffix not in allowed:
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
    width = max(map(len, known))
    for name, value in known.items():
        typer.echo(f"{name:<{width}}  {_cell(value)}")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None
) -> None:
    """A table: drawn by rich on a terminal, plain aligned text when piped."""
    cells = [[_cell(v) for v in row] for row in rows]
    if sys.stdout.isatty():
        _draw_table(columns, cells, title)
        return
    if title:
        typer.echo(title)
    widths = [max(len(line[k]) for line in [list(columns), *cells]) for k in range(len(columns))]
    for line in [list(columns), *cells]:
        typer.echo(
            "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        )


def _draw_table(columns: Sequence[str], cells: list[list[str]], title: str | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for row in cells:
        table.add_row(*map(Text, row))  # as Text, or "[record]" would be read as markup
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_cell(v)}" for k, v in value.items())
    return "" if value is None else shown(value)
