"""From rich to lazy: two layers of one mode, and two layers as matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.learning_regimes.reading import SINGULAR_VALUES, kernel_change
from toysim.models.deep_linear.closed_forms import strength_unbalanced
from toysim.papers.drawing import draw_landmark, line, new_figure, points
from toysim.papers.reading import landmark, observable, parameter, sides

SHOWN = (0.0, 0.1, 1.0, 10.0, 100.0)  # imbalances whose courses are drawn
SWEPT = np.geomspace(4e-4, 200.0, 200)
IMBALANCE = "imbalance $\\lambda / S$ ($\\lambda = 0$ at the left end)"


def rich_lazy(tree: xr.DataTree) -> Figure:
    """Courses, times to half strength and the kernel's change against the imbalance."""
    figure = new_figure()
    courses, times, kernel = figure.subplots(1, 3)
    draw_courses(courses, tree)
    draw_times(times, tree)
    draw_kernel(kernel, tree)
    for axes in (times, kernel):
        axes.set(xscale="log", yscale="log", xlabel=IMBALANCE)
        axes.legend()
    return figure


def draw_courses(axes: Any, tree: xr.DataTree) -> None:
    """Strength over time at a few imbalances: points simulated, lines exact."""
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    course = observable(tree, "mode_strength").squeeze("pathway", drop=True)
    time = observable(tree, "time")
    fine = np.geomspace(2e-3, 6.0, 300)
    for k, imbalance in enumerate(SHOWN):
        color, tag = f"C{k}", f"lambda={imbalance:g}"
        exact = strength_unbalanced(fine, s, start, imbalance)
        line(axes, fine, exact, tag, color=color, label=f"{imbalance:g}")
        t, strength = (v.sel(layer_offset=imbalance).values for v in (time, course))
        few = np.unique(np.geomspace(1, len(t) - 1, 25).astype(int))
        points(axes, t[few], strength[few], tag, color=color)
    axes.set(xscale="log", xlabel="flow time t", ylabel="strength K of the mode", xlim=(1e-4, 8))
    axes.set_title("from rich to lazy, S = 1")
    axes.legend(title="imbalance $\\lambda$;\npoints: simulation,\nlines: exact")


def place(imbalance: xr.DataArray, left_end: float) -> Any:
    """lambda = 0 has no place on a logarithmic axis: it stands at its left end."""
    return np.maximum(imbalance.values, left_end)


def draw_times(axes: Any, tree: xr.DataTree) -> None:
    """Time to half strength with its rich and lazy limits."""
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    half, exact = sides(tree, "half_learning_time")
    at = place(half["layer_offset"], SWEPT[0])
    points(axes, at, half, color="C0", ms=4, label="simulation")
    line(axes, at, exact, color="C3", label="theory")
    layers = {"depth": 2, "n_pathways": 1, "singular_value": s, "start_strength": start}
    rich = landmark("deep_linear.modes", "half_time", **layers)
    label = "rich: $\\ln(S/K_0 - 1)/2S$"
    draw_landmark(axes, rich, along="y", color="0.4", lw=1.5, zorder=2, label=label)
    lazy = np.log(2 * (1 - start / s)) / SWEPT
    low = lazy < 3
    axes.plot(SWEPT[low], lazy[low], "--", color="0.4", lw=1, label="lazy: $\\ln 2 / \\lambda$")
    axes.set(ylabel="time to half strength [flow time t]", title="learning time")


def draw_kernel(axes: Any, tree: xr.DataTree) -> None:
    """Relative change of the kernel while the mode is learned."""
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    moved = kernel_change(tree)
    at = place(moved["layer_offset"], SWEPT[0])
    points(axes, at, moved, color="C0", ms=4, label="simulation")
    exact = np.hypot(SWEPT, 2 * s) / np.hypot(SWEPT, 2 * start) - 1
    line(axes, SWEPT, exact, color="C3", label="exact")
    axes.axhline(1.0, color="0.8", lw=0.8, zorder=0)
    axes.set_ylabel("relative change of the kernel")
    axes.set_title("the kernel moves if rich, rests if lazy")


def rich_lazy_network(tree: xr.DataTree) -> Figure:
    """Courses of a matrix network's modes at three imbalances, and every mode's time to half
    strength.
    """
    figure = new_figure()
    *courses, last = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.3))
    for axes, imbalance, end in zip(courses, (0.0, 1.0, 10.0), (8.0, 2.0, 0.5), strict=True):
        draw_modes(axes, tree, imbalance, end)
    courses[0].set_ylabel("strength K of the mode")
    title = "points: simulation, lines: exact"
    courses[0].legend(title=title, loc="upper right", ncols=2)
    draw_mode_times(last, observable(tree, "half_learning_time"))
    return figure


def draw_modes(axes: Any, tree: xr.DataTree, imbalance: float, end: float) -> None:
    """Courses of all modes at one imbalance up to the time ``end``."""
    both = sides(tree, "mode_strength", balance=imbalance)
    simulated, exact = (v.squeeze("pathway", drop=True) for v in both)
    t = observable(tree, "time").sel(balance=imbalance).values
    shown = np.flatnonzero(t <= end)
    few = shown[:: max(len(shown) // 20, 1)]
    for mode, s in enumerate(SINGULAR_VALUES):
        color, tag = f"C{mode}", f"S={s:g}"
        line(axes, t[shown], exact.isel(mode=mode)[shown], tag, color=color, label=f"S = {s:g}")
        points(axes, t[few], simulated.isel(mode=mode)[few], tag, color=color)
    axes.set(xlabel="flow time t", title=f"$\\lambda$ = {imbalance:g}", ylim=(-0.2, 5.4))


def draw_mode_times(axes: Any, half: xr.DataArray) -> None:
    """Every mode's time to half strength against the imbalance."""
    at = place(half["balance"], 0.02)
    for mode, s in enumerate(SINGULAR_VALUES):
        look = {"color": f"C{mode}", "mfc": "none", "label": f"S = {s:g}"}
        axes.plot(at, half.isel(mode=mode), "o-", ms=4, lw=0.8, **look)
    axes.plot(at[-2:], np.log(2) / at[-2:], "--", color="0.3", label="$\\ln 2/\\lambda$")
    axes.set(xscale="log", yscale="log", ylabel="time to half strength [flow time t]")
    axes.set_xlabel("imbalance $\\lambda$ ($\\lambda = 0$ at the left end)")
    axes.set_title("one by one, or all at once")
    axes.legend()
