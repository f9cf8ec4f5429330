"""Panels of courses over updates, and the runs of a sweep drawn one by one."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.papers.drawing import new_figure

SHARES = (-0.03, 1.03)  # limits of an axis of accuracies


def course_panels(rows: int, columns: int, ylabel: str) -> tuple[Figure, Any]:
    """A figure and its panels (rows, columns) over updates, on common axes that are named
    at the left and below.
    """
    figure = new_figure()
    panels = figure.subplots(rows, columns, sharex="col", sharey=True, squeeze=False)
    for axes in panels[-1]:
        axes.set_xlabel("updates")
    for axes in panels[:, 0]:
        axes.set_ylabel(ylabel)
    return figure, panels


def draw_runs(axes: Any, time: Any, courses: Any, name: str, label: str = "", **style: Any) -> None:
    """A line for every course (runs, R), called ``name:k``; the first carries the label. Without a
    colour in ``style`` every run has its own.
    """
    for k, course in enumerate(courses):
        axes.plot(time, course, label=label if k == 0 else None, gid=f"{name}:{k}", **style)


def draw_groups(
    axes: Any, time: Any, values: xr.DataArray, over: str, label: str, name: str, **style: Any
) -> None:
    """Every run of an observable, a colour a value of the parameter ``over``; ``label`` says it."""
    for k, level in enumerate(values[over].values):
        courses, said = values.sel({over: level}).values, label.format(level)
        draw_runs(axes, time, courses, f"{name}:{level:g}", said, color=f"C{k}", **style)


def draw_levels(axes: Any, *levels: float, color: str = "0.5") -> None:
    """Dotted lines at what is known beforehand, such as the accuracy of a guess."""
    for level in levels:
        axes.axhline(level, color=color, lw=0.8, ls=":")
