"""The picture of a sweep: simulation as points with standard errors, theory as lines, two long axes
as a map.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from toysim.errors import ToysimError
from toysim.papers.drawing import METADATA, draw_means, new_figure, save_plain, style
from toysim.papers.layout.series import DASHES, MARKS
from toysim.papers.lines import Lines, is_geometric, positions
from toysim.plotting.choice import Choice, choose, spans_decades
from toysim.plotting.marks import landmark_lines
from toysim.plotting.reading import draws_of, first_side, label, level, title, x_label
from toysim.store.dataset import read_tree

ABREAST = 3
WIDTH, HEIGHT = 3.4, 2.7  # inches of a panel
FEW_TICKS = 8  # values of a logarithmic axis that are named
CONTOURS = 5
OVER: tuple[Any, ...] = ("--", "-.", ":", (0, (8, 2)), (0, (6, 1, 1, 1, 1, 1)), "-")  # of landmarks


def plot(
    data: xr.DataTree | str | Path,
    *,
    x: str | None = None,
    hue: str | None = None,
    panel: str | None = None,
    y: str | Sequence[str] | None = None,
    at: Mapping[str, Any] | None = None,
    file: str | Path | None = None,
) -> Figure:
    """A picture of a sweep: simulation as points with standard errors, theory as lines.

    data: a sweep's DataTree, or the path of its store.
    x, hue, panel: dimensions that run along x, by colour, and by panel; by default the axis with
        most values, then those with few. The rest stays at its first value, as the title says,
        or where ``at={"depth": 3}`` puts it.
        Two axes of eight values and more are a map, with theory as contours.
    y: an observable or several, a panel each; by default those that are single numbers.
    file: where to save it, by its ending: .png, .svg, .pdf.

    Means are over the replicas that ended well; where some did not, how many entered stands above
    the point. Axes are logarithmic where the values come in equal ratios. Theory is drawn on a
    grid of its own where that is cheap. Raises ToysimError on names that are not there.
    """
    if file is not None and Path(file).suffix[1:] not in METADATA:
        raise ToysimError(f"file {file}: the name must end in .png, .svg or .pdf", "file")
    tree = data if isinstance(data, xr.DataTree) else read_tree(data)
    figure = drawn(tree, choose(tree, x, hue, panel, y, at))
    if file is not None:
        save_plain(figure, Path(file))
    return figure


def drawn(tree: xr.DataTree, choice: Choice) -> Figure:
    """The picture of a choice."""
    ds = first_side(tree)
    panels = range(ds.sizes[choice.panel]) if choice.panel else range(1)
    places = [(name, k) for name in choice.y for k in panels]
    wide, high = min(len(places), ABREAST), -(-len(places) // ABREAST)
    with style():
        figure = new_figure(WIDTH * wide, HEIGHT * high)
        for number, (name, k) in enumerate(places, 1):
            axes = figure.add_subplot(high, wide, number)
            at = choice.fixed | ({choice.panel: k} if choice.panel else {})
            _draw_panel(axes, tree, choice, name, at)
        if choice.map:
            _name_landmarks(figure)
        else:
            _add_legend(figure, tree, choice)
    return figure


def _draw_panel(
    axes: Any, tree: xr.DataTree, choice: Choice, name: str, at: dict[Any, int]
) -> None:
    ds = first_side(tree)
    if choice.map:
        _draw_map(axes, tree, choice, name, at)
    else:
        _draw_curves(axes, tree, choice, name, at)
        axes.set_ylabel(label(ds, name))
        values = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
        axes.set_yscale("log" if spans_decades(values) else "linear")
    axes.set_xlabel(x_label(ds, choice.x))
    first = {choice.hue: 0} if choice.hue else {}  # every cell has record times of its own
    _scale(axes, "x", ds, choice.x, at | first)
    axes.set_title(title(ds, name if choice.map else "", at))


def _draw_curves(
    axes: Any, tree: xr.DataTree, choice: Choice, name: str, at: dict[Any, int]
) -> None:
    hues = range(first_side(tree).sizes[choice.hue]) if choice.hue else (0,)
    lines = Lines(tree, choice.x, len(hues)) if "theory" in tree else None
    for k in hues:
        place = at | ({choice.hue: k} if choice.hue else {})
        color, mark = f"C{k}", MARKS[k % len(MARKS)]
        if lines is not None and name in tree["theory"]:
            where, theory = lines.curve(name, place)
            look: dict[str, Any] = {"ls": DASHES[k % len(DASHES)], "gid": f"theory:{k}"}
            axes.plot(where, theory, color=color, lw=1.2, **look)
        if "simulation" in tree:
            simulation = tree["simulation"].to_dataset()
            draws = draws_of(simulation, name).isel(place)
            where = positions(simulation, choice.x, place)
            look = {
                "fmt": mark,
                "ms": 3.5,
                "mfc": "none",
                "lw": 0.8,
                "color": color,
            }
            draw_means(axes, where, draws.transpose(choice.x, "replica"), **look)


def _draw_map(axes: Any, tree: xr.DataTree, choice: Choice, name: str, at: dict[Any, int]) -> None:
    """The simulation's means as colours, theory's as contours."""
    ds = first_side(tree)
    values = draws_of(ds, name).mean("replica") if "simulation" in tree else ds[name]
    grid = values.isel(at).transpose(choice.hue, choice.x)
    x, y = ds[choice.x].values, ds[choice.hue].values
    log = spans_decades(grid.values)
    norm = "log" if log else None
    mesh = axes.pcolormesh(x, y, grid.values, norm=norm, shading="nearest", rasterized=True)
    bar = axes.figure.colorbar(mesh, ax=axes)
    bar.set_label(label(ds, name))
    if "theory" in tree and name in tree["theory"] and "simulation" in tree:
        theory = tree["theory"].to_dataset()
        law = theory[name].where(theory["valid"])
        law = law.mean("replica") if "replica" in law.dims else law
        lines = law.isel(at).transpose(choice.hue, choice.x).values
        if np.isfinite(lines).any() and np.nanmax(lines) > np.nanmin(lines):
            levels = np.geomspace if log and np.nanmin(lines) > 0.0 else np.linspace
            between = levels(np.nanmin(lines), np.nanmax(lines), CONTOURS + 2)[1:-1]
            axes.contour(x, y, lines, between, colors="k", linewidths=0.8)
    _draw_landmarks(axes, tree, choice, at)
    axes.set_ylabel(x_label(ds, str(choice.hue)))
    _scale(axes, "y", ds, str(choice.hue), at)


def _draw_landmarks(axes: Any, tree: xr.DataTree, choice: Choice, at: dict[Any, int]) -> None:
    """Lines where the model's landmarks are, by name at the end that is in the map."""
    limits = {"xlim": axes.get_xlim(), "ylim": axes.get_ylim()}
    for k, (name, x, y) in enumerate(landmark_lines(tree, choice.x, str(choice.hue), at)):
        axes.plot(x, y, color="w", lw=2.2)
        axes.plot(
            x, y, ls=OVER[k % len(OVER)], color="k", lw=1.2, label=name, gid=f"landmark:{name}"
        )
    axes.set(**limits)


def _scale(axes: Any, which: str, ds: xr.Dataset, dim: str, at: dict[Any, int]) -> None:
    """Ticks at the values themselves where these are words or few on a logarithmic axis."""
    values = positions(ds, dim, at)
    axis = getattr(axes, f"{which}axis")
    if dim in ds.coords and ds[dim].dtype.kind not in "if":
        axis.set_ticks(values, [str(v) for v in ds[dim].values])
    elif is_geometric(values):
        axes.set(**{f"{which}scale": "log"})
        if len(values) <= FEW_TICKS:
            axis.set_ticks(values, [f"{v:g}" for v in values])
            axis.set_minor_locator(NullLocator())


def _add_legend(figure: Figure, tree: xr.DataTree, choice: Choice) -> None:
    """Beside the panels, for all of them, so that it lies on no data: what points and lines are,
    and the values of the hue.
    """
    handles = [*_sides(tree, choice), *_hues(first_side(tree), choice.hue)]
    figure.legend(handles=handles, loc="outside right upper")


def _name_landmarks(figure: Figure) -> None:
    """Beside the maps, each name once."""
    lines = [line for axes in figure.axes for line in axes.lines if line.get_gid()]
    found = {str(line.get_label()): line for line in lines}
    if found:
        figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=2)


def _sides(tree: xr.DataTree, choice: Choice) -> Iterator[Line2D]:
    if "simulation" in tree:
        yield Line2D([], [], color="0.4", ls="", marker="o", mfc="none", ms=3.5, label="simulation")
    if "theory" in tree and any(name in tree["theory"] for name in choice.y):
        yield Line2D([], [], color="0.4", label="theory")


def _hues(ds: xr.Dataset, hue: str | None) -> Iterator[Line2D]:
    for k in range(ds.sizes[hue] if hue else 0):
        look: dict[str, Any] = {"marker": MARKS[k % len(MARKS)], "ls": DASHES[k % len(DASHES)]}
        look |= {"mfc": "none", "ms": 3.5}
        yield Line2D([], [], color=f"C{k}", label=f"{hue} = {level(ds, hue, k)}", **look)
