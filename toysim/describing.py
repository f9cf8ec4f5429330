"""A model in words: its parameters, observables, landmarks and equations, as data, text and
HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from toysim import mathml
from toysim.shown import shown
from toysim.tables import emphasised, prose_lines, table_lines
from toysim.typeset import typeset

TABLES = ("parameters", "dims", "observables", "diagnostics", "landmarks")


def describe(model: Any) -> dict[str, Any]:
    """What a user needs to know of a model, as plain data."""
    return {
        "id": model.id,
        "title": model.title,
        "version": model.version,
        "parameters": [
            {
                "name": p.name,
                "symbol": p.symbol,
                "type": p.type,
                "default": p.default,
                "allowed": p.allowed,
                "unit": p.unit,
                "meaning": p.meaning,
            }
            for p in model.parameters.values()
        ],
        "dims": [{"name": d.name, "meaning": d.long_name} for d in model.dims],
        "observables": [
            {
                "name": o.name,
                "unit": o.unit,
                "dims": o.dims,
                "theory": model.theory is not None and o.name not in model.theory_omits,
                "meaning": o.long_name,
            }
            for o in model.observables
        ],
        "diagnostics": [
            {"name": o.name, "unit": o.unit, "dims": o.dims, "meaning": o.long_name}
            for o in model.diagnostics
        ],
        "landmarks": [
            {
                "name": mark.name,
                "unit": mark.unit,
                "of": mark.parameters,
                "meaning": mark.meaning,
                "source": mark.source,
            }
            for mark in model.landmarks
        ],
        "equations": model.equations,
        "sources": model.sources,
    }


def told(model: Any, width: int | None = None, greek: bool = True) -> Iterator[str]:
    """Lines of what ``toysim show`` says; equations as the model writes them without ``greek``."""
    yield from prose_lines(f"{model.id} (version {model.version}): {model.title}", width)
    yield ""
    for title, columns, rows in _tables(model):
        yield emphasised(title)
        yield from table_lines(columns, rows, width)
        yield ""
    equations = typeset(model.equations) if greek else model.equations
    yield "equations"
    yield from prose_lines(equations, width)
    yield ""
    yield from prose_lines(f"sources: {', '.join(model.sources)}", width)


def as_html(model: Any) -> str:
    """The same for a notebook."""
    head = f"<h4>{escape(model.id)}: {escape(model.title)}</h4>"
    tables = "".join(
        f"<b>{title}</b>{_html_table(columns, rows)}" for title, columns, rows in _tables(model)
    )
    return f"{head}{tables}<b>equations</b>{mathml.equations(model.equations)}"


def _html_table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [_html_row("th", columns), *(_html_row("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _html_row(kind: str, cells: Any) -> str:
    left = " style='text-align:left'"
    return f"<tr>{''.join(f'<{kind}{left}>{escape(cell)}</{kind}>' for cell in cells)}</tr>"


def _tables(model: Any) -> Iterator[tuple[str, tuple[str, ...], list[list[str]]]]:
    known = describe(model)
    for title in TABLES:
        if known[title]:
            yield title, tuple(known[title][0]), [_shown(row) for row in known[title]]


def _shown(row: dict[str, Any]) -> list[str]:
    """Values as a user would type them after ``-p name=``."""
    texts = {k: ", ".join(v) if k in ("dims", "of") else v for k, v in row.items()}
    if isinstance(row.get("default"), bool):
        texts["default"] = "true" if row["default"] else "false"
    if isinstance(row.get("theory"), bool):
        texts["theory"] = "yes" if row["theory"] else "no"
    return [shown(v) for v in texts.values()]
