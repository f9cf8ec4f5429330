"""How much of the mode the deprived pathway ends with: against the deficit's length, depth and
timing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from toysim.figures.critical_periods.reading import B, end
from toysim.papers.drawing import draw_means, line, new_figure, points
from toysim.papers.reading import observable, sides

LEVELS = (0.01, 0.03, 0.1, 0.3)
LOWEST = 0.004
LENGTH = "length of the early deficit $\\tau$ [flow time t]"
LINES = "depth; points: simulation,\nlines: algebraic law"


def draw_lines(axes: Any, tree: xr.DataTree, along: str) -> None:
    """Share of b along one axis, a colour a depth: points simulated, lines the law."""
    share, law = sides(tree, "final_share", pathway=B)
    x = share[along].values
    for k, depth in enumerate(share["depth"].values):
        color, tag = f"C{k}", f"depth={depth}"
        line(axes, x, law.sel(depth=depth), tag, color=color, label=f"D = {depth}")
        points(axes, x, share.sel(depth=depth), tag, color=color)
    axes.set_ylabel("end share of the deprived pathway $K_b/S$")
    axes.legend(title=LINES)


def end_share(depth: xr.DataTree, product: xr.DataTree) -> Figure:
    """Two line panels (same layer start, same strength) and the map of the first."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    for axes, tree in ((left, depth), (middle, product)):
        draw_lines(axes, tree, "deficit_length")
        axes.set(xlabel=LENGTH, yscale="log", ylim=(LOWEST, 0.6))
    left.set_title("S = 2, layers start at 0.3")
    middle.set_title("S = 2, strengths start at 0.01")
    mesh = draw_map(right, depth)
    figure.colorbar(mesh, ax=right, label="end share $K_b/S$")
    return figure


def draw_map(axes: Any, tree: xr.DataTree) -> Any:
    """Simulated share as a colour map over (length, depth), the law's contours drawn over it."""
    both = sides(tree, "final_share", pathway=B)
    share, law = (values.transpose("depth", "deficit_length") for values in both)
    x, rows = share["deficit_length"].values, np.arange(share.sizes["depth"])
    colors = {"cmap": "viridis", "norm": LogNorm(LOWEST, 0.5)}
    mesh = axes.pcolormesh(x, rows, share.values, shading="nearest", gid="map", **colors)
    lines = axes.contour(x, rows, law.values, levels=LEVELS, colors="white", linewidths=1.2)
    places = [(np.interp(-v, -law.values[2], x), 2) for v in LEVELS]  # at the third depth
    axes.clabel(lines, fmt="%g", fontsize="small", manual=places)
    axes.set_yticks(rows, [str(d) for d in share["depth"].values])
    axes.set(xlabel=LENGTH, ylabel="depth D")
    axes.set_title("layers start at 0.3; colour: simulation, contours: law")
    return mesh


def timing(tree: xr.DataTree) -> Figure:
    """Share of b against the opening of a deficit of fixed length; dotted: half-learning time
    without a deficit.
    """
    figure = new_figure()
    axes = figure.subplots()
    draw_lines(axes, tree, "deficit_start")
    # The latest window opens after learning: its half-learning time is that of an undisturbed
    # network.
    undisturbed = end(tree, "theory", "half_learning_time").isel(deficit_start=-1)
    for k, half in enumerate(undisturbed.values):
        axes.axvline(half, color=f"C{k}", ls=":", lw=1, zorder=0)
    axes.plot([], [], ":", color="0.4", lw=1, label="half learned, no deficit")
    axes.legend(title=LINES, loc="lower right")
    axes.set(xlabel="opening of a deficit of length 0.5 [flow time t]", ylim=(0, 0.53))
    axes.set_title(
        "The critical period closes when the residual is learned away (S = 2, $K_0$ = 0.01)"
    )
    return figure


def winner(aligned: xr.DataTree, unaligned: xr.DataTree) -> Figure:
    """Share of the weaker pathway against the start, without a deficit: aligned (left) and Gaussian
    starts (right).
    """
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    draw_aligned(left, aligned)
    draw_unaligned(right, observable(unaligned, "final_share").isel(mode=0).min("pathway"))
    for axes in (left, right):
        axes.set(xscale="log", ylabel="end share of the weaker pathway")
    left.set_xticks([0.1, 0.2, 0.3, 0.4, 0.6], ["0.1", "0.2", "0.3", "0.4", "0.6"])
    left.set_xticks([], minor=True)
    return figure


def draw_aligned(axes: Any, tree: xr.DataTree) -> None:
    """Starts 5 % above and below one size: simulated points and the invariant's lines."""
    draw_lines(axes, tree, "layer_start")
    axes.set(yscale="log", xlabel="layers start at $p_0$ (1 ± 0.05)", ylim=(1e-6, 0.7))
    axes.set_title("aligned, S = 2: no winner at depth 2")


def draw_unaligned(axes: Any, weaker: xr.DataArray) -> None:
    """Gaussian starts: every draw and the mean of each depth, the depths side by side."""
    for k, depth in enumerate(weaker["depth"].values):
        x, color = weaker["start_strength"].values * 1.1**k, f"C{k}"
        draws = weaker.sel(depth=depth).transpose("start_strength", "replica")
        axes.plot(x, draws, ".", ms=3, color=color, alpha=0.4)
        look: dict[str, Any] = {"fmt": "o", "color": color, "label": f"D = {depth}"}
        draw_means(axes, x, draws, **look)
    axes.set(xlabel="size of the Gaussian start $K_0$", ylim=(-0.02, 0.6))
    axes.set_title("not aligned, strongest mode of the tree")
    title = "dots: draws; bars: standard error;\ndepths side by side"
    axes.legend(title=title)
