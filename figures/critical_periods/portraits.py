"""Phase portraits: strength of the deprived pathway against that of the open one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.critical_periods.reading import A, B, depths, end
from toysim.papers.drawing import new_figure
from toysim.papers.reading import parameter

Array = npt.NDArray[np.float64]

TIMINGS = ("early", "late")
GRID = 0.5
LEGEND: dict[str, Any] = {
    "loc": "upper right",
    "bbox_to_anchor": (1.0, 0.92),
    "handlelength": 1,
    "frameon": True,
}
DOTS, WAY, LAW = "#1f5a94", "#7aa6cf", "#c0392b"


def speed(strength: Array, depth: int, offset: float) -> Array:
    """dK/dt over Omega: (p^2+c)^(D-1) + (D-1) p^2 (p^2+c)^(D-2), p by bisection of K = p
    (p^2+c)^((D-1)/2).
    """
    low, high = np.zeros_like(strength), np.maximum(strength, 1.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = middle * (middle**2 + offset) ** ((depth - 1) / 2) > strength
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    p2 = low**2
    return (p2 + offset) ** (depth - 1) + (depth - 1) * p2 * (p2 + offset) ** (depth - 2)


def draw_field(axes: Any, depth: int, offset: float, s: float) -> None:
    """Directions of the flow without a deficit on a grid of 0.5, and the line K_a + K_b = S where
    it ends.
    """
    grid = np.arange(GRID / 2 if offset == 0 else 0.0, s + 1e-9, GRID)
    a, b = np.meshgrid(grid, grid)
    residual = s - a - b
    da, db = speed(a, depth, offset) * residual, speed(b, depth, offset) * residual
    size = np.hypot(da, db)
    moving = size > 0
    da, db = (np.divide(d, size, out=np.zeros_like(d), where=moving) for d in (da, db))
    axes.quiver(
        a, b, da, db, color="0.75", angles="xy", scale=30, width=0.004, headwidth=4, zorder=0
    )
    axes.plot([0, s], [s, 0], color="0.3", lw=0.8, label="$K_a + K_b = S$")


def frame(axes: Any, s: float, title: str, left: bool, bottom: bool) -> None:
    """Equal square axes from 0 to S, labelled at the rim of the figure only."""
    axes.set(xlim=(-0.03 * s, 1.03 * s), ylim=(-0.03 * s, 1.03 * s), aspect="equal")
    axes.set(xticks=np.linspace(0.0, s, 6), yticks=np.linspace(0.0, s, 6))
    axes.set_title(title)
    if bottom:
        axes.set_xlabel("open pathway $K_a$")
    if left:
        axes.set_ylabel("deprived pathway $K_b$")


def grid_of(tree: xr.DataTree) -> tuple[Figure, list[tuple[Any, int, int]]]:
    """A figure with a panel for each timing (row) and depth (column) of a sweep."""
    s, offset = parameter(tree, "singular_value"), parameter(tree, "layer_offset")
    figure = new_figure(2.6 * len(depths(tree)) + 0.4, 6.3)
    panels = figure.subplots(2, len(depths(tree)), squeeze=False)
    found = []
    for row, timing in enumerate(TIMINGS):
        for column, depth in enumerate(depths(tree)):
            axes = panels[row, column]
            draw_field(axes, depth, offset, s)
            frame(axes, s, f"{timing} deficit, depth {depth}", column == 0, row == 1)
            found.append((axes, row, depth))
    return figure, found


def phase_portrait(ends: xr.DataTree, ways: xr.DataTree) -> Figure:
    """Figure 1: end states of every draw, the ways of the first ones."""
    strength, course = (
        end(ends, "simulation", "final_strength"),
        end(ways, "simulation", "mode_strength"),
    )
    figure, panels = grid_of(ends)
    for axes, timing, depth in panels:
        tag = f"depth={depth}:{TIMINGS[timing]}"
        here = course.sel(depth=depth, timing=timing)
        for k in range(here.sizes["replica"]):
            one = here.isel(replica=k)
            axes.plot(
                one.sel(pathway=A),
                one.sel(pathway=B),
                color=WAY,
                lw=0.6,
                gid=f"way:{tag}:{k}",
                label="paths of the first draws" if k == 0 else None,
            )
        last = strength.sel(depth=depth, timing=timing)
        axes.plot(
            last.sel(pathway=A),
            last.sel(pathway=B),
            ".",
            ms=2,
            color=DOTS,
            alpha=0.4,
            gid=f"ends:{tag}",
            label="ends of all draws",
        )
        b = last.sel(pathway=B).values
        error = b.std(ddof=1) / np.sqrt(len(b))
        note(axes, f"$\\langle K_b\\rangle = {b.mean():.3f} \\pm {error:.3f}$")
    panels[0][0].legend(**LEGEND, markerscale=4)
    figure.suptitle(f"Large starts, S = 10, {strength.sizes['replica']} draws a panel")
    return figure


def noise_free(tree: xr.DataTree) -> Figure:
    """The flow from p = 0: one way a panel, its end state by simulation and by the law."""
    course = end(tree, "simulation", "mode_strength")
    figure, panels = grid_of(tree)
    for axes, timing, depth in panels:
        tag = f"depth={depth}:{TIMINGS[timing]}"
        here = course.sel(depth=depth, timing=timing)
        axes.plot(
            here.sel(pathway=A),
            here.sel(pathway=B),
            color=WAY,
            lw=1.5,
            gid=f"way:{tag}",
            label="path",
        )
        draw_ends(axes, tree, depth, timing, tag)
    panels[-1][0].legend(**LEGEND)
    figure.suptitle("Large starts without noise: gradient flow, S = 10")
    return figure


def small_start(tree: xr.DataTree) -> Figure:
    """Figure 7: the map's end states, the flow's, and the curve of constant invariant through the
    latter.
    """
    invariant = end(tree, "theory", "invariant", B)
    figure, panels = grid_of(tree)
    for axes, timing, depth in panels:
        tag = f"depth={depth}:{TIMINGS[timing]}"
        ka = np.linspace(1e-6, parameter(tree, "singular_value"), 400)
        distance = float(invariant.sel(depth=depth, timing=timing))
        kb = invariant_curve(ka, distance, depth)
        inside = ka + kb <= ka[-1]
        axes.plot(ka[inside], kb[inside], color=WAY, lw=1.5, label="constant $x_a - x_b$")
        draw_ends(axes, tree, depth, timing, tag)
    panels[0][0].legend(**LEGEND)
    figure.suptitle("Small starts, S = 10, a million updates of size 0.01")
    return figure


def invariant_curve(strength_a: Array, distance: float, depth: int) -> Array:
    """K_b at x_a - x_b = distance, c = 0: x = ln p (D = 2), p^(2-D)/(2-D) (D > 2), K = p^D."""
    if depth == 2:
        return np.asarray(strength_a * np.exp(-2 * distance))
    p_b = (strength_a ** ((2 - depth) / depth) + (depth - 2) * distance) ** (1 / (2 - depth))
    return np.asarray(p_b**depth)


def draw_ends(axes: Any, tree: xr.DataTree, depth: int, timing: int, tag: str) -> None:
    """End states by simulation (dot) and theory (cross), b's strength written beside."""
    for side, marker, color, label in (
        ("simulation", "o", DOTS, "simulation"),
        ("theory", "x", LAW, "law (flow)"),
    ):
        last = end(tree, side, "final_strength").sel(depth=depth, timing=timing)
        axes.plot(
            [last.sel(pathway=A)],
            [last.sel(pathway=B)],
            marker,
            color=color,
            ms=6,
            ls="none",
            mfc="none",
            label=label,
            gid=f"{side}:{tag}",
        )
    b = float(end(tree, "simulation", "final_strength", B).sel(depth=depth, timing=timing))
    note(axes, f"$K_b = {b:.3f}$")


def note(axes: Any, text: str) -> None:
    """A line in the upper right corner, where no way leads."""
    axes.text(
        0.97,
        0.98,
        text,
        transform=axes.transAxes,
        ha="right",
        va="top",
        fontsize=8,
        bbox={"fc": "white", "ec": "none", "alpha": 0.8},
    )
