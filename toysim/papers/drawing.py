"""The house style of figures, and how they are saved: equal data give equal files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from toysim.store.files import one_line

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "savefig.dpi": 150,
    "figure.dpi": 100,
    "svg.hashsalt": "toysim",
    "figure.constrained_layout.use": True,
}
# Files say nothing of the day they were made, so that equal data give equal files.
METADATA: dict[str, Any] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


@contextmanager
def style() -> Iterator[None]:
    """The house style for figures made inside; nobody's own settings are changed."""
    with matplotlib.style.context(STYLE):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure (inches) with a canvas of its own, outside pyplot's memory."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def save_plain(figure: Figure, path: Path) -> None:
    """Save by the suffix of ``path``, without dates."""
    with style(), one_line(path, "write"):
        figure.savefig(path, metadata=METADATA[path.suffix[1:]])
