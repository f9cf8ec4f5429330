"""Legends: in a corner where nothing is drawn, else below their panel; one for panels that would
say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver
from matplotlib.transforms import Bbox, ScaledTranslation

from toysim.papers.layout.grid import Cells

PLACES = (
    "upper right",
    "upper left",
    "lower left",
    "lower right",
    "center right",
    "center left",
    "upper center",
    "lower center",
    "center",
)
PAD = 3.0  # pixels around data
GAP = 0.04  # inches
SPARE = 8.0  # pixels of a width that a legend leaves free: it is drawn at another resolution
MOST = 6  # columns


def place_legends(figure: Figure, panels: list[Any], cells: Cells) -> float:
    """Put every legend where it lies on nothing; inches that those beside the panels take."""
    _join(figure, panels)
    named = [axes for axes in panels if axes.get_legend() is not None]
    crowded = [axes for axes in named if not _place(axes)]
    if len(named) == 1 and len(panels) > 1 and crowded:
        _lift(figure, crowded)
        crowded = []
    rows: dict[int, float] = {}
    for axes in crowded:
        row = cells[axes][0]
        rows[row] = max(rows.get(row, 0.0), _below(figure, axes))
    return sum(rows.values()) + sum(_widen(figure, legend) for legend in list(figure.legends))


def _join(figure: Figure, panels: list[Any]) -> None:
    """One legend of the figure for panels whose own say the same."""
    told: dict[tuple[str, ...], list[Any]] = {}
    for axes in panels:
        if axes.get_legend() is not None:
            told.setdefault(tuple(_labels(axes.get_legend())), []).append(axes)
    if len(told) == 1 and len(*told.values()) > 1:
        _lift(figure, *told.values())


def _lift(figure: Figure, same: list[Any]) -> None:
    """The legend of panels that say the same becomes the figure's."""
    legend = same[0].get_legend()
    handles, title = _handles(same[:1], legend), legend.get_title().get_text() or None
    figure.legend(handles, _labels(legend), title=title, loc="outside lower center")
    for axes in same:
        axes.get_legend().remove()


def _labels(legend: Any) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


def _handles(panels: list[Any], legend: Any) -> list[Any]:
    """What a legend names, as it looks in the panels now."""
    found: dict[str, Any] = {}
    for axes in panels:
        found |= {
            label: handle
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
            if label not in found
        }
    own = zip(_labels(legend), legend.legend_handles, strict=True)
    return [found.get(label, handle) for label, handle in own]


def _place(axes: Any) -> bool:
    """In the first free place of the panel, if there is one."""
    for columns in (1, 2):
        legend = _renewed(axes, ncols=columns, loc="upper left")
        room = axes.get_window_extent().padded(-_inset(axes.figure, legend))
        for place, box in _boxes(legend.get_window_extent(), room):
            if is_free(axes, box):
                legend.set_loc(place)
                return True
    return False


def _inset(figure: Figure, legend: Any) -> float:
    """Pixels between a legend and the edge of its panel."""
    return float(legend.borderaxespad * legend.prop.get_size_in_points() * figure.dpi / 72.0)


def _renewed(axes: Any, **look: Any) -> Any:
    """The legend of a panel made anew, of the curves as they look now."""
    old = axes.get_legend()
    title = old.get_title().get_text() or None
    return axes.legend(_handles([axes], old), _labels(old), title=title, **look)


def _boxes(size: Any, room: Any) -> Iterator[tuple[str, Bbox]]:
    """The places of a legend that fits into its panel."""
    if size.width > room.width - SPARE or size.height > room.height:
        return
    for place in PLACES:
        x = {"left": room.x0, "right": room.x1 - size.width}
        y = {"upper": room.y1 - size.height, "lower": room.y0}
        left = next((v for k, v in x.items() if k in place), (room.x0 + room.x1 - size.width) / 2)
        low = next((v for k, v in y.items() if k in place), (room.y0 + room.y1 - size.height) / 2)
        yield place, Bbox.from_bounds(left, low, size.width, size.height)


def _below(figure: Figure, axes: Any) -> float:
    """Under the name of the x axis, as wide as the panel with its words; inches that takes."""
    axes.get_legend().set_in_layout(False)
    room, panel, names = axes.get_tightbbox(), axes.get_window_extent(), axes.xaxis.get_tightbbox()
    ticks = 2.0 * GAP * figure.dpi
    foot = max(ticks, panel.y0 - names.y0) if names is not None else ticks
    left, down = (room.x0 - panel.x0) / figure.dpi, foot / figure.dpi + GAP
    place = axes.transAxes + ScaledTranslation(left, -down, figure.dpi_scale_trans)
    look = {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0), "borderaxespad": 0.0}
    for columns in range(min(len(axes.get_legend().get_texts()), MOST), 0, -1):
        legend = _renewed(axes, ncols=columns, bbox_transform=place, **look)
        if legend.get_window_extent().width <= room.width - SPARE:
            break
    return float(legend.get_window_extent().height / figure.dpi) + GAP


def _widen(figure: Figure, legend: Any) -> float:
    """A legend of the whole figure, below it, in as many columns as fit; inches that it takes."""
    handles, labels = _handles([a for a in figure.axes if a.lines], legend), _labels(legend)
    title = legend.get_title().get_text() or None
    legend.remove()
    for columns in range(min(len(labels), MOST), 0, -1):
        new = figure.legend(handles, labels, title=title, ncols=columns, loc="outside lower center")
        if new.get_window_extent().width <= figure.bbox.width - SPARE:
            break
        if columns > 1:
            new.remove()
    return float(new.get_window_extent().height / figure.dpi) + 2.0 * GAP


def is_free(axes: Any, box: Bbox) -> bool:
    """Whether nothing of a panel is drawn in a box of pixels; shades behind the data do not
    count.
    """
    wide = box.padded(PAD)
    if axes.images or any(isinstance(c, QuadMesh | Quiver) for c in axes.collections):
        return False
    texts = (text.get_window_extent() for text in axes.texts if text.get_text())
    return not (
        any(_crosses(line, wide) for line in axes.lines)
        or any(_lies_in(one, wide) for one in axes.collections)
        or any(wide.overlaps(extent) for extent in texts)
        or any(p.get_zorder() >= 1 and wide.overlaps(p.get_window_extent()) for p in axes.patches)
    )


def _crosses(line: Any, box: Bbox) -> bool:
    path = line.get_transform().transform_path(line.get_path()).cleaned(remove_nans=True)
    if len(path.vertices) == 0:
        return False
    if line.get_linestyle() in ("None", "", " "):
        return _any_inside(path.vertices, box)
    return bool(path.intersects_bbox(box, filled=False)) or _any_inside(path.vertices, box)


def _lies_in(one: Any, box: Bbox) -> bool:
    if isinstance(one, PathCollection):
        return _any_inside(one.get_offset_transform().transform(one.get_offsets()), box)
    paths = (one.get_transform().transform_path(path) for path in one.get_paths())
    return any(path.intersects_bbox(box, filled=True) for path in paths if len(path.vertices))


def _any_inside(points: Any, box: Bbox) -> bool:
    points = np.asarray(points, float)
    inside = (points >= box.min) & (points <= box.max)
    return bool(inside.all(axis=1).any())
