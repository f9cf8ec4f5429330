"""The panels of a picture by letter: one of them alone, its width, and the numbers behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from toysim.errors import ToysimError
from toysim.papers.layout import arranged, lettered
from toysim.papers.layout.grid import outer_names
from toysim.store.files import one_line

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("panel", "title", "series", "x", "y", "value")


@dataclass(frozen=True)
class Look:
    """How a picture is wanted: ``width`` in inches, one ``panel`` alone by its letter, drawn in any
    case (``force``), ``data`` beside it as a table. ``values``: parameters of the sweeps behind it,
    which are run anew with them.
    """

    width: float | None = None
    panel: str | None = None
    force: bool = False
    data: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """Of the file's name, so that pictures of several looks stand side by side."""
        width = f"{self.width:g}in" if self.width else ""
        parts = [values_suffix(self.values), self.panel or "", width]
        return "".join(f".{part}" for part in parts if part)


PLAIN = Look()


def values_suffix(values: Mapping[str, Any]) -> str:
    """Of names of files and stores: ``depth=4``, several with commas; other signs are dropped."""
    told = ",".join(f"{name}={value}" for name, value in sorted(values.items()))
    return re.sub(r"[^\w=.,+-]", "", told)


def shaped(figure: Figure, look: Look = PLAIN) -> Figure:
    """The figure at its width, or one panel of it alone."""
    if look.panel is not None:
        _keep(figure, look.panel)
    return arranged(figure, look.width)


def _keep(figure: Figure, letter: str) -> None:
    known = lettered(figure)
    if letter not in known:
        raise ToysimError(f"panel {letter!r}: this figure has {', '.join(known)}", "panel")
    kept = known[letter]
    x, y = outer_names(kept, list(known.values()))
    kept.set(xlabel=x, ylabel=y)
    kept.tick_params(labelbottom=True, labelleft=True)
    bars = [(bar.mappable, bar.ax.get_ylabel()) for bar in _bars(kept)]
    for bar in [bar for axes in known.values() for bar in _bars(axes)]:
        bar.remove()  # some serve several panels
    for axes in list(figure.axes):
        if axes is not kept:
            axes.remove()
    kept.set_subplotspec(GridSpec(1, 1, figure=figure)[0])
    for mappable, label in bars:
        figure.colorbar(mappable, ax=kept, label=label)


def _bars(axes: Any) -> Iterator[Any]:
    """The colour bars of a panel."""
    drawn = [*axes.collections, *axes.images]
    yield from (one.colorbar for one in drawn if getattr(one, "colorbar", None) is not None)


def table_of(figure: Figure, letter: str | None = None) -> pd.DataFrame:
    """Every curve and map of a picture, or of one panel: its letter and title, the series, x, y,
    and the value of a map.
    """
    import pandas as pd

    rows = [
        (name, axes.get_title(), *row)
        for name, axes in lettered(figure).items()
        if letter in (None, name)
        for row in (*_curves(axes), *_maps(axes))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def described(figure: Figure) -> str:
    """The panels of a picture in words, for those who do not see it: titles and axes."""
    several = len(lettered(figure)) > 1
    told = []
    for letter, axes in lettered(figure).items():
        name = axes.get_title() or axes.get_title(loc="left")
        over = " over ".join(filter(None, (axes.get_ylabel(), axes.get_xlabel())))
        told.append((f"{letter}: " if several else "") + ", ".join(filter(None, (name, over))))
    return " ".join(re.sub(r"[$\\{}]", "", "; ".join(told)).split())


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


def save_table(table: pd.DataFrame, file: Path) -> None:
    """The numbers of a picture as FILE.csv."""
    with one_line(file, "write"):
        table.to_csv(file, index=False)
