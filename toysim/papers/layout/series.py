"""Series that colour alone would tell apart get marks and dashes of their own, the same for a
colour in every panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.colors import rgb_to_hsv, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from toysim.papers.layout.grid import all_legends

MARKS = "os^Dv<>P"
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (4, 1.5, 1, 1.5)), (0, (1.2, 1.2)))
GREY = 0.15  # saturation below which a line is no series
JAGGED = 20  # turns of a curve from which on dashes cannot be seen
MANY = len(DASHES)  # curves


def tell_apart(figure: Figure, panels: list[Any]) -> None:
    """Marks by colour where all are circles; dashes by colour where all lines are solid."""
    lines = [line for axes in panels for line in _series(axes)]
    proxies = [h for one in all_legends(figure) for h in one.legend_handles if _is_series(h)]
    _mark([line for line in (*lines, *proxies) if line.get_marker() == "o"])
    bare = [line for line in lines if line.get_marker() in ("None", "", None)]
    styles = {line.get_linestyle() for line in bare}
    if styles == {"-"} and not any(_turns(line) > JAGGED for line in bare):
        _dash([*bare, *(h for h in proxies if h.get_marker() in ("None", "", None))])


def _series(axes: Any) -> Iterator[Line2D]:
    """Lines that stand for data: neither levels nor landmarks, nor caps of error bars."""
    yield from (line for line in axes.lines if _is_series(line) and _in_data(axes, line))


def _is_series(line: Any) -> bool:
    return isinstance(line, Line2D) and rgb_to_hsv(to_rgb(line.get_color()))[1] > GREY


def _in_data(axes: Any, line: Line2D) -> bool:
    named = str(line.get_gid() or "")
    return line.get_transform() == axes.transData and not named.startswith("landmark")


def _by_color(lines: list[Line2D]) -> list[list[Line2D]]:
    groups: dict[Any, list[Line2D]] = {}
    for line in lines:
        groups.setdefault(to_rgb(line.get_color()), []).append(line)
    return list(groups.values())


def _mark(lines: list[Line2D]) -> None:
    for k, group in enumerate(_by_color(lines)):
        for line in group:
            line.set_marker(MARKS[k % len(MARKS)])


def _dash(lines: list[Line2D]) -> None:
    groups = _by_color(lines)
    if len(groups) > MANY:
        return
    for dashes, group in zip(DASHES, groups, strict=False):
        for line in group:
            line.set_linestyle(dashes)


def _turns(line: Line2D) -> int:
    """How often a curve goes up after down, or down after up."""
    y = np.asarray(line.get_ydata(), float)
    steps = np.sign(np.diff(y[np.isfinite(y)]))
    steps = steps[steps != 0]
    return int(np.sum(steps[1:] != steps[:-1]))
