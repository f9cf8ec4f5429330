"""Bokeh figures of series and maps. Colours and marks are those of toysim's pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import Any

import numpy as np
from bokeh.events import Tap
from bokeh.layouts import row
from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    HoverTool,
    LinearColorMapper,
    LogAxis,
    LogColorMapper,
    Whisker,
)
from bokeh.palettes import Viridis256
from bokeh.plotting import figure

from toysim.papers.lines import is_geometric
from toysim.plotting.choice import spans_decades
from toysim.viewing.contents import Map, Series

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288", "#666666")
MARKS = ("circle", "square", "triangle", "diamond", "inverted_triangle", "plus", "x", "star")
DASHES = ("solid", "dashed", "dotted", "dotdash", "dashdot")
REPLICAS = ("errors", "points", "band")  # how they are shown
CONTOURS = 5
MANY = 20_000  # points, from which on the graphics card draws them
TOOLS = "pan,wheel_zoom,box_zoom,tap,reset,save"

Clicked = Callable[[int, int], None]


def new_figure(title: str, x: str, y: str, logs: tuple[bool, bool], **more: Any) -> Any:
    """An empty figure; ``logs``: whether x and y are logarithmic."""
    kinds = ["log" if log else "linear" for log in logs]
    return figure(
        title=title,
        x_axis_label=x,
        y_axis_label=y,
        x_axis_type=kinds[0],
        y_axis_type=kinds[1],
        tools=TOOLS,
        sizing_mode="stretch_width",
        active_scroll="wheel_zoom",
        **more,
    )


def beside(controls: Any, right: Any) -> Any:
    """Controls and the picture beside them, or below where the window is narrow."""
    right.sizing_mode = "stretch_width"
    right.styles = {"flex": "1 1 30rem", "min-width": "min(30rem, 100%)"}
    return row(controls, right, sizing_mode="stretch_width", styles={"flex-wrap": "wrap"})


def python_line(text: str) -> str:
    return f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{escape(text)}</pre>'


def draw_series(
    axes: Any, curves: Iterable[Series], replicas: str, clicked: Clicked | None = None
) -> None:
    """Points with errors, single replicas or a band, and theory as lines, a colour a curve.

    ``clicked`` is called with the numbers of a curve and of its point.
    """
    points = []
    for k, curve in enumerate(curves):
        look = {"color": COLOURS[k % len(COLOURS)], "legend_label": curve.label}
        if len(curve.theory[0]):
            dash = DASHES[k // len(COLOURS) % len(DASHES)]
            axes.line(*curve.theory, line_width=2, line_dash=dash, **look)
        if len(curve.x):
            points.append(_draw_points(axes, curve, replicas, MARKS[k % len(MARKS)], look))
            if clicked is not None:
                _tapped(points[-1], partial(clicked, k))
    if points:
        told = [("", "$name"), ("x", "@x"), ("mean", "@y"), ("error", "@e"), ("runs", "@n")]
        axes.add_tools(HoverTool(renderers=points, tooltips=told))
    if axes.legend:
        axes.legend.click_policy = "hide"
        axes.legend.background_fill_alpha = 0.6
        axes.add_layout(axes.legend[0], "right")


def draw_marks(axes: Any, marks: Iterable[tuple[str, float, int | None]]) -> None:
    """Landmarks as upright lines, black where they are those of all curves."""
    for number, (name, place, k) in enumerate(marks):
        dash = DASHES[1:][number % len(DASHES[1:])]
        colour = "black" if k is None else COLOURS[k % len(COLOURS)]
        axes.vspan(x=[place], color=colour, line_width=1.5, line_dash=dash, legend_label=name)


def _draw_points(axes: Any, curve: Series, replicas: str, mark: str, look: dict[str, Any]) -> Any:
    mean, error = curve.mean, np.nan_to_num(curve.error)
    low, high = curve.band if replicas == "band" else (mean - error, mean + error)
    source = ColumnDataSource(
        {"x": curve.x, "y": mean, "e": curve.error, "n": curve.counts, "low": low, "high": high}
    )
    if replicas == "points":
        runs = curve.draws.shape[1]
        where = np.repeat(curve.x, runs), curve.draws.ravel()
        axes.scatter(*where, size=3, alpha=0.4, **look)
    elif replicas == "band":
        axes.varea("x", "low", "high", source=source, alpha=0.2, **look)
    elif np.any(error > 0.0):
        axes.add_layout(
            Whisker(base="x", lower="low", upper="high", source=source, line_color=look["color"])
        )
    size = 3 if len(curve.x) > MANY else 7
    return axes.scatter(
        "x", "y", source=source, marker=mark, size=size, fill_alpha=0.0, name=curve.label, **look
    )


def listen(widget: Any, call: Callable[[Any], None], attribute: str = "value") -> None:
    """Call with every new value."""
    widget.on_change(attribute, lambda attr, old, new: call(new))


def _tapped(points: Any, call: Callable[[int], None]) -> None:
    listen(points.data_source.selected, lambda new: call(new[0]) if new else None, "indices")


def draw_map(axes: Any, shown: Map, name: str, clicked: Clicked | None = None) -> None:
    """A rectangle a cell, theory as contours, landmarks as dashed lines.

    ``clicked`` is called with the numbers of the cell along y and x.
    """
    log = spans_decades(shown.values)
    finite = shown.values[np.isfinite(shown.values)]
    ends = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    mapper = (LogColorMapper if log else LinearColorMapper)(
        palette=Viridis256, low=ends[0], high=ends[1], nan_color="#cccccc"
    )
    fine = shown.values.size > MANY and _is_even(axes.xaxis[0], shown.x)
    draw = _draw_image if fine and _is_even(axes.yaxis[0], shown.y) else _draw_rectangles
    drawn, told = draw(axes, shown, mapper)
    axes.add_layout(ColorBar(color_mapper=mapper, title=name), "right")
    axes.add_tools(HoverTool(renderers=[drawn], tooltips=[*told[:2], (name, told[2])]))
    _draw_contours(axes, shown, log)
    for k, (mark, x, y) in enumerate(shown.landmarks):
        dash = DASHES[(k + 1) % len(DASHES)]
        axes.line(x, y, color="white", line_width=4)
        axes.line(x, y, color="black", line_width=2, line_dash=dash, legend_label=mark)
    if shown.landmarks:
        axes.legend.orientation = "horizontal"
        axes.add_layout(axes.legend[0], "below")
    if clicked is not None:
        axes.on_event(Tap, lambda at: clicked(_cell(shown.y, at.y), _cell(shown.x, at.x)))


def _cell(values: Any, place: float) -> int:
    """The number of the cell that a place of an axis lies in."""
    low, _ = edges(values, is_geometric(values))
    return int(np.clip(np.searchsorted(low, place, side="right") - 1, 0, len(low) - 1))


def _is_even(axis: Any, values: Any) -> bool:
    """Whether the cells are equally wide on the screen."""
    steps = np.diff(np.log(values) if isinstance(axis, LogAxis) else values)
    return bool(np.allclose(steps, steps[0], rtol=1e-6))


def _draw_image(axes: Any, shown: Map, mapper: Any) -> tuple[Any, tuple[Any, Any, str]]:
    """Cells that are smaller than a pixel of the screen leave seams as rectangles."""
    (left, right), (bottom, top) = (edges(v, is_geometric(v)) for v in (shown.x, shown.y))
    where = {"x": left[0], "y": bottom[0], "dw": right[-1] - left[0], "dh": top[-1] - bottom[0]}
    drawn = axes.image(image=[shown.values], color_mapper=mapper, **where)
    return drawn, (("x", "$x"), ("y", "$y"), "@image")


def _draw_rectangles(axes: Any, shown: Map, mapper: Any) -> tuple[Any, tuple[Any, Any, str]]:
    fill = {"field": "value", "transform": mapper}
    sides = ("left", "right", "bottom", "top")
    cells = _rectangles(shown)
    drawn = axes.quad(
        *sides, source=cells, line_color=None, nonselection_fill_alpha=1.0, fill_color=fill
    )
    return drawn, (("x", "@x"), ("y", "@y"), "@value")


def _rectangles(shown: Map) -> ColumnDataSource:
    left, right = edges(shown.x, is_geometric(shown.x))
    bottom, top = edges(shown.y, is_geometric(shown.y))
    n, m = len(shown.x), len(shown.y)
    return ColumnDataSource(
        {
            "left": np.tile(left, m),
            "right": np.tile(right, m),
            "x": np.tile(shown.x, m),
            "bottom": np.repeat(bottom, n),
            "top": np.repeat(top, n),
            "y": np.repeat(shown.y, n),
            "value": shown.values.ravel(),
        }
    )


def edges(values: Any, log: bool) -> tuple[Any, Any]:
    """Half way to the neighbours (n,), below and above; in the logarithm where ``log``."""
    v = np.log(values) if log else np.asarray(values, float)
    middle = 0.5 * (v[1:] + v[:-1])
    all_edges = np.concatenate([[v[0] - (middle[0] - v[0])], middle, [2.0 * v[-1] - middle[-1]]])
    all_edges = np.exp(all_edges) if log else all_edges
    return all_edges[:-1], all_edges[1:]


def _draw_contours(axes: Any, shown: Map, log: bool) -> None:
    theory = shown.theory
    if theory is None or not np.isfinite(theory).any():
        return
    low, high = np.nanmin(theory), np.nanmax(theory)
    if low < high:
        space = np.geomspace if log and low > 0.0 else np.linspace
        levels = space(low, high, CONTOURS + 2)[1:-1]
        axes.contour(shown.x, shown.y, theory, levels, line_color="black", line_width=1)
