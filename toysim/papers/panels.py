"""The panels of a picture by letter: one of them alone, its width, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text

from toysim.errors import ToysimError
from toysim.store.files import one_line

if TYPE_CHECKING:
    import pandas as pd

SMALLEST = 5.0  # points that journals print
SHAPE = 0.75  # height of one panel by its width
COLUMNS = ("panel", "title", "series", "x", "y", "value")


@dataclass(frozen=True)
class Look:
    """How a picture is wanted: ``width`` in inches, one ``panel`` alone by its letter, drawn in any
    case (``force``), ``data`` beside it as a table.
    """

    width: float | None = None
    panel: str | None = None
    force: bool = False
    data: bool = False

    @property
    def suffix(self) -> str:
        """Of the file's name, so that pictures of several looks stand side by side."""
        parts = [self.panel or "", f"{self.width:g}in" if self.width else ""]
        return "".join(f".{part}" for part in parts if part)


PLAIN = Look()


def lettered(figure: Figure) -> dict[str, Any]:
    """The panels in the order they were made, a, b, c, ...; colour bars belong to theirs."""
    axes = [a for a in figure.axes if a.get_label() != "<colorbar>"]
    return dict(zip(ascii_lowercase, axes, strict=False))


def shaped(figure: Figure, look: Look) -> Figure:
    """The figure with one panel alone, at its width."""
    if look.panel is not None:
        _keep(figure, look.panel)
    if look.width is not None:
        width, height = figure.get_size_inches()
        figure.set_size_inches(look.width, look.width * height / width)
        _shrink_text(figure, look.width / width)
    return figure


def _shrink_text(figure: Figure, factor: float) -> None:
    """Text of a narrower picture, in proportion, which keeps legends off the data."""
    if factor >= 1.0:
        return
    for text in figure.findobj(Text):
        text.set_fontsize(max(SMALLEST, factor * float(text.get_fontsize())))
    for axes in figure.axes:  # ticks that are yet to be made
        for axis in (axes.xaxis, axes.yaxis):
            size = axis.get_major_ticks(1)[0].label1.get_fontsize()
            axis.set_tick_params(which="both", labelsize=size)


def _keep(figure: Figure, letter: str) -> None:
    known = lettered(figure)
    if letter not in known:
        raise ToysimError(f"panel {letter!r}: this figure has {', '.join(known)}", "panel")
    kept = known[letter]
    _name_axes(kept, list(known.values()))
    bars = [(bar.mappable, bar.ax.get_ylabel()) for bar in _bars(kept)]
    for bar in [bar for axes in known.values() for bar in _bars(axes)]:
        bar.remove()  # some serve several panels
    for axes in list(figure.axes):
        if axes is not kept:
            axes.remove()
    kept.set_subplotspec(GridSpec(1, 1, figure=figure)[0])
    for mappable, label in bars:
        figure.colorbar(mappable, ax=kept, label=label)
    width, height = figure.get_size_inches()
    wide = min(width, height / SHAPE)
    figure.set_size_inches(wide, wide * SHAPE)


def _name_axes(kept: Any, panels: list[Any]) -> None:
    """What only outer panels say, of axes that they share or that all call alike."""
    shared = {"x": kept.get_shared_x_axes(), "y": kept.get_shared_y_axes()}
    for which, groups in shared.items():
        labels = {a: getattr(a, f"get_{which}label")() for a in panels}
        told = [label for a, label in labels.items() if label and groups.joined(kept, a)]
        every = set(filter(None, labels.values()))
        found = labels[kept] or next(iter([*told, *(every if len(every) == 1 else ())]), "")
        getattr(kept, f"set_{which}label")(found)
    kept.tick_params(labelbottom=True, labelleft=True)


def _bars(axes: Any) -> Iterator[Any]:
    """The colour bars of a panel."""
    drawn = [*axes.collections, *axes.images]
    yield from (one.colorbar for one in drawn if getattr(one, "colorbar", None) is not None)


def table_of(figure: Figure, alone: str | None = None) -> pd.DataFrame:
    """Every curve and map of a picture: panel (``alone``: the letter of the only one), its title,
    the series, x, y, and the value of a map.
    """
    import pandas as pd

    panels = lettered(figure)
    if alone is not None:
        panels = {alone: panels["a"]}
    rows = [
        (letter, axes.get_title(), *row)
        for letter, axes in panels.items()
        for row in (*_curves(axes), *_maps(axes))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _curves(axes: Any) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(axes.lines):
        label = str(line.get_label())
        named = line.get_gid() or ("" if label.startswith("_") else label)
        x, y = (np.asarray(v).tolist() for v in line.get_data(orig=False))
        yield from ((named or f"line {number + 1}", a, b, None) for a, b in zip(x, y, strict=True))


def _maps(axes: Any) -> Iterator[tuple[Any, ...]]:
    """The cells of coloured meshes, at their middles."""
    for mesh in axes.collections:
        if not hasattr(mesh, "get_coordinates"):
            continue
        corners = np.asarray(mesh.get_coordinates())
        middles = (corners[:-1, :-1] + corners[1:, 1:]) / 2.0
        values = np.ma.filled(mesh.get_array().astype(float), np.nan).ravel()
        for (x, y), value in zip(middles.reshape(-1, 2), values, strict=True):
            yield "map", float(x), float(y), float(value)


def save_table(figure: Figure, file: Path, alone: str | None = None) -> None:
    """The numbers of a picture as FILE.csv."""
    with one_line(file, "write"):
        table_of(figure, alone).to_csv(file, index=False)
