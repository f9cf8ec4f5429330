"""Phase portraits: strength of the deprived pathway against that of the open one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.critical_periods.reading import A, B, depths, end
from toysim.papers.drawing import BLUE, RED, new_figure
from toysim.papers.reading import entered, mean_and_error, parameter, sides

Array = npt.NDArray[np.float64]

TIMINGS = ("early", "late")
GRID = 0.5
WAY = "#7aa6cf"


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
    arrows = {"angles": "xy", "scale": 30, "width": 0.004, "headwidth": 4}
    axes.quiver(a, b, da, db, color="0.75", zorder=0, **arrows)
    axes.plot([0, s], [s, 0], color="0.3", lw=0.8, label="$K_a + K_b = S$")


class Panel(NamedTuple):
    """Axes of one depth and timing: where its data stand, and its name in the picture's source."""

    axes: Any
    place: dict[str, int]
    tag: str


def frame(axes: Any, s: float) -> None:
    """Equal square axes from 0 to S."""
    limits, ticks = (-0.03 * s, 1.03 * s), np.linspace(0.0, s, 6)
    axes.set(xlim=limits, ylim=limits, xticks=ticks, yticks=ticks, aspect="equal")


def grid_of(tree: xr.DataTree) -> tuple[Figure, list[Panel]]:
    """A figure with a panel for each timing (row) and depth (column) of a sweep."""
    s, offset = parameter(tree, "singular_value"), parameter(tree, "layer_offset")
    columns = depths(tree)
    figure = new_figure()
    grid = figure.subplots(2, len(columns), squeeze=False, sharex=True, sharey=True)
    panels = []
    for (timing, column), axes in np.ndenumerate(grid):
        depth, word = columns[column], TIMINGS[timing]
        draw_field(axes, depth, offset, s)
        frame(axes, s)
        axes.set_title(f"{word} deficit, depth {depth}")
        place = {"depth": depth, "timing": timing}
        panels.append(Panel(axes, place, f"depth={depth}:{word}"))
    for axes in grid[1]:
        axes.set_xlabel("open pathway $K_a$")
    for axes in grid[:, 0]:
        axes.set_ylabel("deprived pathway $K_b$")
    return figure, panels


def draw_states(axes: Any, states: xr.DataArray, form: str, **look: Any) -> None:
    """States of both pathways as points or as a way in the plane."""
    a, b = (np.atleast_1d(states.sel(pathway=pathway)) for pathway in (A, B))
    axes.plot(a, b, form, **look)


def phase_portrait(ends: xr.DataTree, ways: xr.DataTree) -> Figure:
    """Figure 1: end states of every draw, the ways of the first ones."""
    strength = end(ends, "simulation", "final_strength")
    course = end(ways, "simulation", "mode_strength")
    figure, panels = grid_of(ends)
    for panel in panels:
        draw_ways(panel, course.sel(panel.place))
        draw_draws(panel, strength.sel(panel.place))
    panels[0].axes.legend()
    figure.suptitle(f"Large starts, S = 10, {strength.sizes['replica']} draws a panel")
    return figure


def draw_ways(panel: Panel, courses: xr.DataArray) -> None:
    """The way of each draw."""
    for k, course in enumerate(courses.transpose("replica", ...)):
        look = {"color": WAY, "lw": 0.6, "gid": f"way:{panel.tag}:{k}"}
        label = None if k else "paths of the first draws"
        draw_states(panel.axes, course, "-", label=label, **look)


def draw_draws(panel: Panel, strength: xr.DataArray) -> None:
    """The end state of each draw, b's mean strength written beside."""
    look = {"ms": 2, "color": BLUE, "alpha": 0.4, "label": "ends of all draws"}
    draw_states(panel.axes, strength, ".", gid=f"ends:{panel.tag}", **look)
    deprived = strength.sel(pathway=B)
    mean, error = (float(v) for v in mean_and_error(deprived))
    note(panel.axes, f"$\\langle K_b\\rangle = {mean:.3f} \\pm {error:.3f}${entered(deprived)}")


def noise_free(tree: xr.DataTree) -> Figure:
    """The flow from p = 0: one way a panel, its end state by simulation and by the law."""
    course = end(tree, "simulation", "mode_strength")
    figure, panels = grid_of(tree)
    for panel in panels:
        look = {"color": WAY, "lw": 1.5, "gid": f"way:{panel.tag}", "label": "path"}
        draw_states(panel.axes, course.sel(panel.place), "-", **look)
        draw_ends(panel, tree)
    panels[-1].axes.legend()
    figure.suptitle("Large starts without noise: gradient flow, S = 10")
    return figure


def small_start(tree: xr.DataTree) -> Figure:
    """Figure 7: the map's end states, the flow's, and the curve of constant invariant through the
    latter.
    """
    s, invariant = parameter(tree, "singular_value"), end(tree, "theory", "invariant", B)
    ka = np.linspace(1e-6, s, 400)
    figure, panels = grid_of(tree)
    for panel in panels:
        kb = invariant_curve(ka, float(invariant.sel(panel.place)), panel.place["depth"])
        inside = ka + kb <= s
        look = {"color": WAY, "lw": 1.5, "label": "constant $x_a - x_b$"}
        panel.axes.plot(ka[inside], kb[inside], **look)
        draw_ends(panel, tree)
    panels[0].axes.legend()
    step = parameter(tree, "step")
    n_updates = round(parameter(tree, "duration") / step)
    figure.suptitle(f"Small starts, S = {s:g}, {n_updates:,} updates of size {step:g}")
    return figure


def invariant_curve(strength_a: Array, distance: float, depth: int) -> Array:
    """K_b at x_a - x_b = distance, c = 0: x = ln p (D = 2), p^(2-D)/(2-D) (D > 2), K = p^D."""
    if depth == 2:
        return np.asarray(strength_a * np.exp(-2 * distance))
    p_b = (strength_a ** ((2 - depth) / depth) + (depth - 2) * distance) ** (1 / (2 - depth))
    return np.asarray(p_b**depth)


def draw_ends(panel: Panel, tree: xr.DataTree) -> None:
    """End states by simulation (dot) and theory (cross), b's strength written beside."""
    simulated, law = (v.sel(panel.place) for v in sides(tree, "final_strength"))
    look = {"ms": 6, "ls": "none", "mfc": "none"}
    dot = {"color": BLUE, "label": "simulation", "gid": f"simulation:{panel.tag}"}
    cross = {"color": RED, "label": "law (flow)", "gid": f"theory:{panel.tag}"}
    draw_states(panel.axes, simulated, "o", **dot, **look)
    draw_states(panel.axes, law, "x", **cross, **look)
    note(panel.axes, f"$K_b = {float(simulated.sel(pathway=B)):.3f}$")


def note(axes: Any, text: str) -> None:
    """A line in the upper right corner, where no way leads."""
    box = {"fc": "white", "ec": "none", "alpha": 0.8}
    place = {"transform": axes.transAxes, "ha": "right", "va": "top"}
    axes.text(0.97, 0.98, text, size="small", bbox=box, **place)
