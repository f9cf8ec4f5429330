"""How long a mode takes to learn, against the other layers' size and against depth."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.learning_regimes.reading import Array, half_times
from toysim.models.deep_linear.closed_forms import deep_learning_time, plateau_length
from toysim.papers.drawing import line, new_figure, points
from toysim.papers.reading import observable, parameter, sides

HALF = "time to half strength [flow time t]"
TICKS = [2, 4, 8, 16, 32, 64]


def rich_lazy_depth(tree: xr.DataTree) -> Figure:
    """Time to half strength against the offset of the other layers, a colour a depth."""
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    figure = new_figure()
    axes = figure.subplots()
    half, exact = sides(tree, "half_learning_time")
    offset = half["layer_offset"].values
    large = offset[offset >= 2]
    for k, depth in enumerate(half["depth"].values):
        color, tag = f"C{k}", f"depth={depth}"
        points(axes, offset, half.sel(depth=depth), tag, color=color)
        line(axes, offset, exact.sel(depth=depth), tag, color=color, label=f"D = {depth}")
        equal = half_times(start, s, depth)
        axes.axhline(equal.item(), 0.0, 0.12, color=color, ls=":", lw=1.2)
        lazy = np.log(2 * (1 - start / s)) / large ** (depth - 1.0)
        axes.plot(large, lazy, "--", color="0.3", lw=0.8)
    axes.set(xscale="log", yscale="log", ylim=(1e-6, 10), ylabel=HALF)
    axes.set_xlabel("offset c of the other layers' squares")
    axes.set_title(f"S = {s:g}, $K_0$ = {start:g}")
    axes.legend(title="depth; points: simulation,\nlines: theory")
    return figure


def depth_time(tree: xr.DataTree) -> Figure:
    """Time to half strength against depth, from equal layers and from equal strength."""
    layer = float(observable(tree, "layer_start").values[0])
    strength = float(observable(tree, "start_strength").values[1])
    depths = observable(tree, "depth").values
    s = parameter(tree, "singular_value")
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    draw_times(left, tree, 0, layer**depths)
    left.set(yscale="log", ylabel=HALF, title=f"layers start at {layer:g}")
    draw_times(right, tree, 1, np.full(len(depths), strength))
    draw_infinite_depth(right, strength, s, depths[-1])
    right.set(xscale="log", ylim=(0, 3.6), title=f"strength starts at {strength:g}")
    right.set_xticks(TICKS, [str(t) for t in TICKS])
    right.set_xticks([], minor=True)
    for axes in (left, right):
        axes.set_xlabel("depth D")
        axes.legend(title=f"S = {s:g}")
    return figure


def draw_times(axes: Any, tree: xr.DataTree, start: int, strengths: Array) -> None:
    """Simulated times of one kind of start, their closed form and the plateau's length alone."""
    s = parameter(tree, "singular_value")
    half = observable(tree, "half_learning_time").isel(start=start)
    depths = half["depth"].values
    plateau = [plateau_length(x, s, int(d)) for x, d in zip(strengths, depths, strict=True)]
    points(axes, depths, half, color="C0", ms=4, label="simulation")
    line(axes, depths, half_times(strengths, s, depths), color="C3", label="closed form")
    axes.plot(depths, plateau, "--", color="0.4", lw=1, label="plateau length")


def draw_infinite_depth(axes: Any, strength: float, s: float, deepest: int) -> None:
    """The closed form beyond the depths simulated, and its limit at infinite depth over D."""
    deep = np.unique(np.geomspace(deepest, 64, 9).astype(int))
    line(axes, deep, half_times(strength, s, deep), color="C3")
    limit = deep_learning_time(strength, s / 2, s) / deep
    axes.plot(deep, limit, ":", color="C2", label="infinite depth / D")
