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
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable

LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
LOWEST = 0.004
LINES = "depth; points: simulation,\nlines: algebraic law"


def draw_lines(axes: Any, tree: xr.DataTree, along: str) -> None:
    """Share of b along one axis, a colour a depth: points simulated, lines the law."""
    share, law = end(tree, "simulation", "final_share", B), end(tree, "theory", "final_share", B)
    for k, depth in enumerate(share["depth"].values):
        color = f"C{k}"
        here, there = share.sel(depth=depth), law.sel(depth=depth)
        axes.plot(
            there[along],
            there,
            "-",
            color=color,
            lw=1.2,
            label=f"D = {depth}",
            gid=f"theory:depth={depth}",
        )
        axes.plot(
            here[along], here, "o", color=color, ms=3, mfc="none", gid=f"simulation:depth={depth}"
        )
    axes.set_ylabel("end share of the deprived pathway $K_b/S$")
    axes.legend(title=LINES, title_fontsize=8)


def end_share(depth: xr.DataTree, product: xr.DataTree) -> Figure:
    """Two line panels (same layer start, same strength) and the map of the first."""
    figure = new_figure(13.5, 4.2)
    left, middle, right = figure.subplots(1, 3)
    for axes, tree, start in (
        (left, depth, "layers start at 0.3"),
        (middle, product, "strengths start at 0.01"),
    ):
        draw_lines(axes, tree, "deficit_length")
        axes.set(
            xlabel="length of the early deficit $\\tau$ [flow time t]", title=f"S = 2, {start}"
        )
        axes.set(yscale="log", ylim=(LOWEST, 0.6))
    draw_map(figure, right, depth)
    return figure


def draw_map(figure: Figure, axes: Any, tree: xr.DataTree) -> None:
    """Simulated share as a colour map over (length, depth), the law's contours drawn over it."""
    share, law = end(tree, "simulation", "final_share", B), end(tree, "theory", "final_share", B)
    share, law = (
        share.transpose("depth", "deficit_length"),
        law.transpose("depth", "deficit_length"),
    )
    rows = np.arange(share.sizes["depth"])
    x = share["deficit_length"].values
    mesh = axes.pcolormesh(
        x,
        rows,
        share.values,
        cmap="viridis",
        norm=LogNorm(LOWEST, 0.5),
        shading="nearest",
        gid="map",
    )
    lines = axes.contour(x, rows, law.values, levels=LEVELS, colors="white", linewidths=1.2)
    axes.clabel(
        lines, fmt="%g", fontsize=8, manual=[(np.interp(-v, -law.values[2], x), 2) for v in LEVELS]
    )
    axes.set_yticks(rows, [str(d) for d in share["depth"].values])
    axes.set(
        xlabel="length of the early deficit $\\tau$ [flow time t]",
        ylabel="depth D",
        title="layers start at 0.3; colour: simulation, contours: law",
    )
    figure.colorbar(mesh, ax=axes, label="end share $K_b/S$")


def timing(tree: xr.DataTree) -> Figure:
    """Share of b against the opening of a deficit of fixed length; dotted: half-learning time
    without a deficit.
    """
    figure = new_figure(7.0, 4.2)
    axes = figure.subplots()
    draw_lines(axes, tree, "deficit_start")
    # The latest window opens after learning: its half-learning time is that of an undisturbed
    # network.
    undisturbed = end(tree, "theory", "half_learning_time").isel(deficit_start=-1)
    for k, half in enumerate(undisturbed.values):
        axes.axvline(half, color=f"C{k}", ls=":", lw=1, zorder=0)
    axes.plot([], [], ":", color="0.4", lw=1, label="half learned, no deficit")
    axes.legend(title=LINES, title_fontsize=8, loc="lower right")
    axes.set(
        xlabel="opening of a deficit of length 0.5 [flow time t]",
        title="The critical period closes when the residual is learned away (S = 2, $K_0$ = 0.01)",
        ylim=(0, 0.53),
    )
    return figure


def winner(aligned: xr.DataTree, unaligned: xr.DataTree) -> Figure:
    """Share of the weaker pathway against the start, without a deficit: aligned (left) and Gaussian
    starts (right).
    """
    figure = new_figure(11.0, 4.2)
    left, right = figure.subplots(1, 2)
    draw_lines(left, aligned, "layer_start")
    left.set(
        xscale="log", yscale="log", xlabel="layers start at $p_0$ (1 ± 0.05)", ylim=(1e-6, 0.7)
    )
    left.set(ylabel="end share of the weaker pathway", title="aligned, S = 2: no winner at depth 2")
    left.set_xticks([0.1, 0.2, 0.3, 0.4, 0.6], ["0.1", "0.2", "0.3", "0.4", "0.6"])
    left.set_xticks([], minor=True)

    weaker = observable(unaligned, "final_share").isel(mode=0).min("pathway")
    mean, error = (
        weaker.mean("replica"),
        weaker.std("replica", ddof=1) / np.sqrt(weaker.sizes["replica"]),
    )
    for k, depth in enumerate(weaker["depth"].values):
        x, here = weaker["start_strength"].values * 1.1**k, {"depth": depth}
        draws = weaker.sel(here).transpose("start_strength", "replica").values
        right.plot(np.repeat(x, draws.shape[1]), draws.ravel(), ".", ms=3, color=f"C{k}", alpha=0.4)
        right.errorbar(
            x,
            mean.sel(here),
            error.sel(here),
            fmt="o-",
            ms=4,
            lw=1,
            color=f"C{k}",
            label=f"D = {depth}",
        )
    right.set(
        xscale="log",
        xlabel="size of the Gaussian start $K_0$",
        title="not aligned, strongest mode of the tree",
    )
    right.set(ylabel="end share of the weaker pathway", ylim=(-0.02, 0.6))
    right.legend(
        title="dots: draws; mean ± standard error", title_fontsize=8, ncols=3, loc="upper left"
    )
    return figure
