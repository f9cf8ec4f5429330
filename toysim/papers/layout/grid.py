"""Panels by letter, and the grid they stand on: no more abreast than can be read at a width."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

NARROWEST = 2.2  # inches of a panel
NARROW_SHARED = 1.65  # of panels that share their axes' names
SHAPE, WORDS = 0.62, 0.7  # height of a panel: by its width, and inches of words
EQUAL = 0.9  # the same of panels whose axes have one scale
SHORTEST, TALLEST = 2.0, 3.4

Cells = dict[Any, tuple[int, int]]  # row and column of each panel


def lettered(figure: Figure) -> dict[str, Any]:
    """The panels in the order they were made, a, b, c, ...; colour bars belong to theirs."""
    axes = [a for a in figure.axes if a.get_label() != "<colorbar>"]
    return dict(zip(ascii_lowercase, axes, strict=False))


def all_legends(figure: Figure) -> list[Any]:
    """Those of the panels and of the whole figure."""
    own = [axes.get_legend() for axes in figure.axes]
    return [*figure.legends, *(legend for legend in own if legend is not None)]


def spread(figure: Figure, panels: list[Any], width: float) -> Cells:
    """Rows that are too long for the width are broken into several of equal length."""
    grid = panels[0].get_subplotspec().get_gridspec()
    shared = any(len(a.get_shared_y_axes().get_siblings(a)) > 1 for a in panels)
    most = max(1, int(width / (NARROW_SHARED if shared else NARROWEST)))
    pieces = -(-grid.ncols // most)
    columns = -(-grid.ncols // pieces)
    cells = {}
    for axes in panels:
        spec = axes.get_subplotspec()
        row, column = spec.rowspan.start, spec.colspan.start
        cells[axes] = (row * pieces + column // columns, column % columns)
    if pieces > 1:
        _move(figure, cells, grid.nrows * pieces, columns, grid.get_height_ratios())
    return cells


def _move(figure: Figure, cells: Cells, rows: int, columns: int, ratios: Any) -> None:
    """Each panel to its cell; what only outer ones say is said by those that are outer now."""
    names = {axes: outer_names(axes, list(cells)) for axes in cells}
    heights = [r for r in ratios for _ in range(rows // len(ratios))]
    grid = GridSpec(rows, columns, figure=figure, height_ratios=heights)
    at = {place: axes for axes, place in cells.items()}
    for axes, (row, column) in cells.items():
        axes.set_subplotspec(grid[row, column])
        _name(axes, "x", names[axes][0], at.get((row + 1, column)), names)
        _name(axes, "y", names[axes][1], at.get((row, column - 1)), names)


def outer_names(axes: Any, panels: list[Any]) -> tuple[str, str]:
    """Names of a panel's axes, also where only outer panels say them."""
    return _found(axes, "x", panels), _found(axes, "y", panels)


def _found(axes: Any, which: str, panels: list[Any]) -> str:
    groups = getattr(axes, f"get_shared_{which}_axes")()
    labels = {a: getattr(a, f"get_{which}label")() for a in panels}
    named = [a for a in panels if labels[a] and groups.joined(axes, a)]
    told = [labels[a] for a in sorted(named, key=lambda a: not _in_line(axes, a, which))]
    every = {label for label in labels.values() if label}
    return labels[axes] or next(iter([*told, *(every if len(every) == 1 else ())]), "")


def _in_line(axes: Any, other: Any, which: str) -> bool:
    """Whether two panels stand in one column (``which`` is x) or in one row."""
    span = "colspan" if which == "x" else "rowspan"
    one, two = (getattr(a.get_subplotspec(), span).start for a in (axes, other))
    return bool(one == two)


def _name(axes: Any, which: str, name: str, outer: Any, names: dict[Any, Any]) -> None:
    """Ticks and name of an axis, unless its neighbour outwards shares them."""
    groups = getattr(axes, f"get_shared_{which}_axes")()
    side = "labelbottom" if which == "x" else "labelleft"
    joined = outer is not None and groups.joined(axes, outer)
    axes.tick_params(**{side: not joined})
    if outer is not None and names[outer][which == "y"] == name:
        name = "" if joined or not getattr(axes, f"get_{which}label")() else name
    getattr(axes, f"set_{which}label")(name)


def row_height(panels: list[Any], cells: Cells, width: float) -> list[float]:
    """Inches of each row."""
    columns = 1 + max(column for _, column in cells.values())
    rows = 1 + max(row for row, _ in cells.values())
    shape = EQUAL if any(a.get_aspect() == 1.0 for a in panels) else SHAPE
    tall = min(TALLEST, max(SHORTEST, WORDS + shape * width / columns))
    ratios = panels[0].get_subplotspec().get_gridspec().get_height_ratios()
    mean = max(ratios) if ratios else 1.0
    return [WORDS + (tall - WORDS) * ratios[k] / mean for k in range(rows)]
