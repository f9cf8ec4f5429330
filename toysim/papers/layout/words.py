"""Words of a picture: letters and titles of panels, lines that fit, ticks that do not touch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import AutoLocator, FixedLocator, LogLocator, NullLocator

from toysim.papers.layout.grid import Cells

WORD = re.compile(r"(?:\$[^$]*\$|[^\s$])+")  # a formula is one word
LETTERS = re.compile(r"^[A-Za-z]{3,}")  # of a tick that is a word
SHORT = 1.7  # decades of an axis
GAP = 4.0  # pixels between two ticks' labels
COUNT = "count"  # how a count of runs is named in a picture's source
ASIDE = tuple(up for k in range(12) for up in (5.0 + 9.0 * k, -13.0 - 9.0 * k))  # points
MARGIN = 6.0  # pixels of a title that stay free


def name_panels(panels: list[Any]) -> dict[Any, Text]:
    """Titles at the left, behind the panel's letter where there are several; each panel's title."""
    titles = {}
    for letter, axes in zip("abcdefghijklmnopqrstuvwxyz", panels, strict=False):
        told = axes.get_title() or axes.get_title(loc="left")
        head = rf"$\mathbf{{{letter}}}$  " if len(panels) > 1 else ""
        axes.set_title("")
        titles[axes] = axes.set_title((head + told).strip(), loc="left")
    return titles


def wrap_words(figure: Figure, titles: dict[Any, Text], cells: Cells) -> int:
    """Break titles and names of axes into lines that fit; how many lines that adds in height."""
    rows: dict[int, int] = {}
    for axes, title in titles.items():
        box = axes.get_window_extent()
        _break(axes.yaxis.label, box.height, upright=True)
        below = _break(axes.xaxis.label, box.width)
        above = _break(title, box.width - MARGIN)
        row = cells[axes][0]
        rows[row] = max(rows.get(row, 0), below + above)
    for bar in (a for a in figure.axes if a not in titles):
        _break(bar.yaxis.label, bar.get_window_extent().height, upright=True)
    return sum(rows.values()) + _wrap_head(figure)


def _wrap_head(figure: Figure) -> int:
    """Lines of the whole figure's title."""
    told = figure.get_suptitle()
    return 1 + _break(figure.suptitle(told), figure.bbox.width - 4.0 * MARGIN) if told else 0


def _break(text: Text, room: float, upright: bool = False) -> int:
    """Lines added so that none is longer than ``room`` pixels, where its words allow."""
    words = WORD.findall(text.get_text())
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(text, longer, upright) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    text.set_text("\n".join(lines))
    return max(0, len(lines) - 1)


def _length(text: Text, content: str, upright: bool) -> float:
    text.set_text(content)
    box = text.get_window_extent()
    return float(box.height if upright else box.width)


def few_ticks_where_short(panels: Iterable[Any]) -> None:
    """Of logarithmic axes of less than two decades: 1, 2, 5, as plain numbers."""
    for axis in (axis for axes in panels for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        chosen = isinstance(axis.get_major_locator(), LogLocator)
        if axis.get_scale() != "log" or not chosen or low <= 0.0:
            continue
        if np.log10(high / low) < SHORT:
            few_ticks(axis)


def few_ticks(axis: Any) -> None:
    """1, 2, 5 and their tenfolds, or steps where less than two of these are in view."""
    low, high = sorted(axis.get_view_interval())
    locator = LogLocator(subs=(1.0, 2.0, 5.0))
    seen = [t for t in locator.tick_values(low, high) if low <= t <= high]
    axis.set_major_locator(locator if len(seen) > 1 else AutoLocator())
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def thin_ticks(every: Iterable[Any]) -> None:
    """Ticks stay where they are: left alone they change with the room, and the room with them.
    Labels are blanked so that none touches its neighbour; of a logarithmic axis minor ones first.
    """
    for axes in every:
        for axis, along in ((axes.xaxis, 0), (axes.yaxis, 1)):
            if _touch(_boxes(axis, minor=True), along) and _boxes(axis, minor=True, alone=True):
                axis.set_minor_formatter("")
            if not isinstance(axis.get_major_locator(), FixedLocator):
                low, high = sorted(axis.get_view_interval())
                kept = [at for at in axis.get_majorticklocs() if low <= at <= high]
                axis.set_major_locator(FixedLocator(kept))
            _thin(axis, along)


def _boxes(axis: Any, minor: bool = False, alone: bool = False) -> list[Any]:
    labels = [] if alone else list(axis.get_majorticklabels())
    labels += axis.get_minorticklabels() if minor else []
    low, high = sorted(axis.get_view_interval())
    ticks = [] if alone else list(axis.get_majorticklocs())
    ticks += list(axis.get_minorticklocs()) if minor else []
    seen = zip(ticks, labels, strict=False)
    kept = [text for at, text in seen if low <= at <= high and text.get_visible()]
    return [text.get_window_extent() for text in kept if text.get_text()]


def _touch(boxes: list[Any], along: int) -> bool:
    ends = sorted((box.min[along], box.max[along]) for box in boxes)
    return any(b[0] < a[1] + GAP for a, b in pairwise(ends))


def _thin(axis: Any, along: int) -> None:
    boxes = _boxes(axis)
    step = next((k for k in range(1, len(boxes)) if not _touch(boxes[::k], along)), len(boxes))
    labels = [text.get_text() for text in axis.get_majorticklabels()]
    words = along == 0 and any(LETTERS.search(label) for label in labels)
    if step > 1 and not (words and _turned(axis)):
        blank = [label if k % step == 0 else "" for k, label in enumerate(labels)]
        axis.set_ticks(axis.get_majorticklocs(), blank)


def _turned(axis: Any) -> bool:
    """Words along x turned so far that none is left out, where that is far enough."""
    for angle in (45.0, 90.0, 0.0):
        axis.set_tick_params(rotation=angle)
        if angle and not _touch(_boxes(axis), 0):
            return True
    return False


def settle_counts(panels: Iterable[Any]) -> None:
    """Counts of runs that would lie on one another go above or below their points, or farther."""
    for axes in panels:
        taken: list[Any] = []
        for text in (text for text in axes.texts if text.get_gid() == COUNT):
            for up in ASIDE:
                text.set_position((0.0, up))
                box = text.get_window_extent()
                inside = axes.bbox.y0 <= box.y0 and box.y1 <= axes.bbox.y1
                if inside and not any(box.overlaps(other) for other in taken):
                    break
            taken.append(box)
