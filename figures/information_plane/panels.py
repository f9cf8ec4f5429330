"""Figures of the information plane."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.information_plane.evidence import KINDS, STARTS, of_start
from toysim.papers.drawing import draw_landmark, draw_means, line, name_axes, new_figure, points
from toysim.papers.reading import landmark, observable

POINTS = 25  # of a course


def plane(course: xr.DataTree) -> Figure:
    """Courses in the plane under their bound; I(X;T) over time."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    time = observable(course, "time")
    names = ("information_input", "information_label", "bound")
    for k, name in enumerate(STARTS):
        given, label, most = (of_start(observable(course, n), name) for n in names)
        left.plot(given, label, "-", color=f"C{k}", lw=1.2, gid=f"simulation:{name}")
        left.plot(given[-1], label[-1], "o", ms=4, color=f"C{k}", label=name)
        left.plot(np.sort(given), np.sort(most), "--", color="0.6", lw=0.8, zorder=0)
        t = of_start(time, name) if "start" in time.dims else time
        law = of_start(observable(course, "information_input", "theory"), name)
        few = slice(1, None, max(1, t.size // POINTS))
        points(right, t[few], given[few], name, color=f"C{k}", label=name)
        line(right, t[1:], law[1:], name, color=f"C{k}")
    name_axes(left, "I(X;T), nats (dots: ends)", "I(T;Y), nats (dashed: bound)", "Plane")
    right.set(xscale="log")
    name_axes(right, "flow time", "I(X;T), nats", "It falls from large balanced starts")
    for axes in (left, right):
        axes.get_legend().set_title("size of the start")
    return figure


def unit(tree: xr.DataTree) -> Figure:
    """Entropy of a binned unit over its weight."""
    figure = new_figure()
    axes = figure.subplots()
    draws, law = (observable(tree, "information", side) for side in ("simulation", "theory"))
    for k, kind in enumerate(KINDS):
        one = draws.sel(activation=kind)
        draw_means(axes, one["weight"], one, mfc="none", color=f"C{k}", label=kind)
        line(axes, law["weight"], law.sel(activation=kind), kind, color=f"C{k}")
    draw_landmark(axes, landmark("deep_linear.binned_unit", "best_weight"))
    axes.set(xscale="log")
    name_axes(axes, "weight w", "information of a bin, nats", "One binned unit")
    return figure
