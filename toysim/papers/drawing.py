"""The house style of figures, the marks that they share, and how they are saved: equal data give
equal files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import xarray as xr
from cycler import cycler
from matplotlib.animation import PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from toysim.errors import ToysimError
from toysim.landmarks import LandmarkValue
from toysim.paper import Film
from toysim.papers.layout.words import COUNT
from toysim.papers.reading import mean_and_error
from toysim.store.files import one_line

# Made for a journal's column: sizes are those of the printed picture, at any width. The colours
# are told apart by the colour-blind too; marks and dashes stand beside them.
STYLE: dict[str, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "figure.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "legend.labelspacing": 0.3,
    "legend.columnspacing": 1.2,
    "legend.borderpad": 0.2,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(
        color="#0072B2 #D55E00 #009E73 #CC79A7 #56B4E9 #E69F00 #332288 #882255".split()
    ),
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "savefig.dpi": 200,
    "figure.dpi": 100,
    "svg.hashsalt": "toysim",
}
ELSEWHERE = ("backend", "interactive")  # where pictures are shown, not how they look
LAYOUT = {"figure.constrained_layout.use": True}
# Files say nothing of the day they were made, so that equal data give equal files.
METADATA: dict[str, Any] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}

FRAME_RATE, FILM_DPI = 10, 120

BLUE, RED = "#0072B2", "#D55E00"  # what was simulated, and what is known


@contextmanager
def style() -> Iterator[None]:
    """The house style for figures made inside, where a setting of matplotlib's is nobody's own."""
    free = {k: v for k, v in STYLE.items() if k not in own_settings()}
    with matplotlib.style.context(free | LAYOUT):
        yield


def own_settings() -> dict[str, Any]:
    """Settings of matplotlib that a user has changed, in a matplotlibrc or in rcParams."""
    usual, now = matplotlib.rcParamsDefault, matplotlib.rcParams.copy()
    return {k: now[k] for k in now if k not in ELSEWHERE and now[k] != usual.get(k)}


class Picture(Figure):
    """A figure that a notebook shows, with or without pyplot."""

    def _repr_png_(self) -> bytes:
        file = BytesIO()
        self.savefig(file, format="png", metadata=METADATA["png"])
        return file.getvalue()


def new_figure(width: float = 7.0, height: float = 5.0) -> Figure:
    """An empty figure with a canvas of its own, outside pyplot's memory.

    A paper's figure leaves its size (inches) to the house, which arranges its panels to a width.
    """
    figure = Picture(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def points(axes: Any, x: Any, y: Any, tag: str = "", **look: Any) -> None:
    """Simulated values as open circles; ``tag`` names the curve in the picture's source."""
    axes.plot(x, y, "o", gid=_named("simulation", tag), **{"mfc": "none"} | look)


def line(axes: Any, x: Any, y: Any, tag: str = "", **look: Any) -> None:
    """The theory's values as a line."""
    axes.plot(x, y, "-", gid=_named("theory", tag), **look)


def _named(side: str, tag: str) -> str:
    return f"{side}:{tag}" if tag else side


def draw_means(axes: Any, x: Any, draws: xr.DataArray, bars: float = 1.0, **look: Any) -> None:
    """Means of ``draws`` (x, replica) with ``bars`` standard errors, and how many entered them."""
    mean, error = mean_and_error(draws)
    axes.errorbar(x, mean, bars * error, **{"fmt": "o", "elinewidth": 0.8} | look)
    note_counts(axes, x, mean, draws)


def note_counts(axes: Any, x: Any, y: Any, draws: xr.DataArray) -> None:
    """``3/4`` above the points (x, y) of ``draws`` (x, replica) that lack replicas."""
    counts, n = draws.count("replica").values, draws.sizes["replica"]
    above = {"xytext": (0, 5), "textcoords": "offset points", "ha": "center"}
    for at in zip(counts, np.asarray(x), np.asarray(y), strict=True):
        if 0 < at[0] < n:
            axes.annotate(f"{at[0]}/{n}", at[1:], size=6, color="0.3", gid=COUNT, **above)


def draw_flow(axes: Any, x: Any, y: Any, dx: Any, dy: Any, names: tuple[str, str]) -> None:
    """Streamlines of the rates (y, x) on even grids, darker where they are fast, and the
    nullclines: where one rate is 0.
    """
    speed = np.log10(np.maximum(np.hypot(dx, dy), 1e-300))
    grey = Normalize(speed.max() - 4.0, speed.max() + 0.5)
    look = {"color": speed, "cmap": "Greys", "norm": grey, "linewidth": 0.6, "arrowsize": 0.6}
    axes.streamplot(x, y, dx, dy, density=0.7, **look)
    for rate, name, color, dash in zip((dx, dy), names, (BLUE, RED), ("-", "--"), strict=True):
        axes.contour(x, y, rate, [0.0], colors=color, linestyles=dash, linewidths=1.2)
        axes.plot([], [], dash, color=color, label=name)


def draw_landmark(
    axes: Any, mark: LandmarkValue, along: str = "x", unit: float = 1.0, **look: Any
) -> None:
    """A thin line at a landmark of the axis ``along``, in units of ``unit``, behind the curves.

    The picture's source has its name. Raises ToysimError, with the reason, where there is none.
    """
    if not mark.valid:
        raise ToysimError(f"{mark.model} {mark.landmark.name}: {mark.reason}")
    draw = axes.axvline if along == "x" else axes.axhline
    thin = {"color": "0.6", "lw": 1, "ls": ":", "zorder": 0}
    draw(float(mark) / unit, gid=f"landmark:{mark.landmark.name}", **thin | look)


def name_axes(axes: Any, x: str, y: str, title: str, **limits: Any) -> None:
    """Names of a panel and its axes, and the legend of its curves."""
    axes.set(xlabel=x, ylabel=y, title=title, **limits)
    axes.legend()


def save_plain(figure: Figure, path: Path) -> None:
    """Save by the suffix of ``path``, without dates."""
    with style(), one_line(path, "write"):
        figure.savefig(path, metadata=METADATA[path.suffix[1:]])


def save_film(film: Film, path: Path) -> None:
    """Save as a gif of FRAME_RATE frames a second that begins anew at its end."""
    writer = PillowWriter(fps=FRAME_RATE)
    with style(), one_line(path, "write"), writer.saving(film.figure, path, FILM_DPI):
        for frame in range(film.frames):
            film.show(frame)
            writer.grab_frame()
