"""Tables as text of a given width, in which no value is ever cut: they are wrapped, or become
blocks.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

GAP, BETWEEN = "  ", "   "
LEAST = 24  # characters of a last column that is wrapped

Row = Sequence[str]


def terminal_width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere, and lines may be long."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def emphasised(text: str) -> str:
    """Bold on a terminal, unless NO_COLOR is set."""
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or not text
    return text if plain else f"\x1b[1m{text}\x1b[0m"


def table_lines(columns: Row, rows: Sequence[Row], width: int | None = None) -> Iterator[str]:
    """Aligned columns; where these are too wide the last one is wrapped, else each row a block."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    before = sum(widths[:-1]) + len(GAP) * len(widths[:-1])
    if width is None or before + widths[-1] <= width:
        yield from _aligned(columns, rows, widths)
    elif width - before >= LEAST and width - before >= _longest_word(rows):
        yield from _aligned(columns, rows, [*widths[:-1], width - before])
    else:
        yield from _blocks(columns, rows, width)


def _longest_word(rows: Sequence[Row]) -> int:
    return max((len(word) for row in rows for word in row[-1].split()), default=0)


def _aligned(columns: Row, rows: Sequence[Row], widths: Sequence[int]) -> Iterator[str]:
    yield emphasised(_line(columns, widths))
    for row in rows:
        first, *more = _wrapped(row[-1], widths[-1])
        yield _line([*row[:-1], first], widths)
        for rest in more:
            yield _line([*[""] * (len(row) - 1), rest], widths)


def _line(cells: Row, widths: Sequence[int]) -> str:
    words = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return GAP.join(words).rstrip()


def _blocks(columns: Row, rows: Sequence[Row], width: int) -> Iterator[str]:
    """The first cell, below it the others that say something, each behind its column's name."""
    for row in rows:
        yield emphasised(row[0])
        told = [(n, cell) for n, cell in zip(columns[1:], row[1:], strict=True) if cell]
        yield from _flowing([f"{name} {cell}" for name, cell in told], width)


def _flowing(pairs: Sequence[str], width: int) -> Iterator[str]:
    """Pairs side by side as far as they go; one that is too long for a line is wrapped."""
    line = ""
    for pair in pairs:
        longer = f"{line}{BETWEEN}{pair}" if line else GAP + pair
        if line and len(longer) > width:
            yield line
            longer = GAP + pair
        if len(longer) > width:
            *whole, longer = [GAP + part for part in _wrapped(pair, width - len(GAP))]
            yield from whole
        line = longer
    if line:
        yield line


def prose_lines(text: str, width: int | None) -> Iterator[str]:
    """Lines of a text; one that is too long is broken at spaces and goes on set in."""
    for line in text.splitlines():
        if width is None or len(line) <= width:
            yield line
        else:
            within = " " * (len(line) - len(line.lstrip()) + 4)
            yield from _wrapped(line, width, within)


def named_lines(
    name: str, text: str, names: int, width: int | None, indent: str = ""
) -> Iterator[str]:
    """A name and its text, which goes on below itself."""
    head = f"{indent}{name:<{names}}{GAP}"
    first, *more = [text] if width is None else _wrapped(text, max(width - len(head), 1))
    yield (head + first).rstrip()
    yield from (" " * len(head) + line for line in more)


def _wrapped(text: str, width: int, within: str = "") -> list[str]:
    """Lines broken at spaces only: a value stays whole. ``within``: what sets in all but the
    first.
    """
    lines = textwrap.wrap(
        text, width, subsequent_indent=within, break_long_words=False, break_on_hyphens=False
    )
    return lines or [""]
