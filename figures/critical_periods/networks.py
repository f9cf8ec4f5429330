"""Networks of weight matrices: courses of their modes, and the maps they end with."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.critical_periods.reading import A, B, first
from toysim.papers.drawing import line, new_figure, points
from toysim.papers.reading import observable, parameter, sides

EVERY = 7  # records between two points
# Modes of the tree task, strongest first: a colour for each different singular value.
COLORS = ("C0", "C1", "C2", "C2", "C3", "C3", "C3", "C3")
LEGEND = {
    0: "$S=\\sqrt{15}$",
    1: "$S=\\sqrt{7}$",
    2: "$S=\\sqrt{3}$, two modes",
    4: "$S=1$, four modes",
}
PATHWAYS = {A: "open pathway $K_a$", B: "deprived pathway $K_b$"}


def draw_modes(
    axes: Any, time: xr.DataArray, strength: xr.DataArray, law: xr.DataArray | None
) -> None:
    """Strengths of the modes in one draw: points simulated, lines the flow where there is one."""
    for mode in range(strength.sizes["mode"]):
        simulated, color, tag = strength.isel(mode=mode), COLORS[mode], f"mode={mode}"
        if law is not None:
            line(axes, time, law.isel(mode=mode), tag, color=color, lw=1.0)
        few = slice(None, None, EVERY)
        points(axes, time[few], simulated[few], tag, color=color, label=LEGEND.get(mode))


def shade(axes: Any, start: float, length: float) -> None:
    """The time in which pathway b is frozen."""
    axes.axvspan(start, start + length, color="0.92", zorder=0)


def draw_windows(tree: xr.DataTree, law: xr.DataArray | None, **chosen: Any) -> Figure:
    """A column a window, the open pathway above the deprived one; the window is shaded."""
    strength, time = first(observable(tree, "mode_strength")), observable(tree, "time")
    starts, length = strength["deficit_start"].values, parameter(tree, "deficit_length")
    figure = new_figure()
    panels = figure.subplots(2, len(starts), sharex=True, sharey=True)
    for pathway, k in np.ndindex(panels.shape):
        axes, start = panels[pathway, k], float(starts[k])
        here = {**chosen, "deficit_start": start}
        one = {**here, "pathway": pathway}
        shade(axes, start, length)
        exact = None if law is None else law.sel(one)
        draw_modes(axes, first(time.sel(here)), strength.sel(one), exact)
        axes.set_title(f"deficit from t = {start:g} to {start + length:g}")
    for pathway, axes in enumerate(panels[:, 0]):
        axes.set_ylabel(PATHWAYS[pathway])
    for axes in panels[1]:
        axes.set_xlabel("flow time t")
    panels[0, -1].legend()
    return figure


def network(tree: xr.DataTree) -> Figure:
    """Figure 2: the modes of both pathways under three deficits, with the flow of every mode."""
    return draw_windows(tree, first(observable(tree, "mode_strength", "theory")))


def tanh(tree: xr.DataTree) -> Figure:
    """Figure 11."""
    return draw_windows(tree, law=None, nonlinearity="tanh")


def relu(tree: xr.DataTree) -> Figure:
    """Figure 12."""
    return draw_windows(tree, law=None, nonlinearity="relu")


def lesion(tree: xr.DataTree) -> Figure:
    """Figure 3: courses of the first five modes, and the maps both pathways end with."""
    figure = new_figure()
    panels = figure.subplots(2, 2, width_ratios=(3, 2))
    for pathway, (left, right) in enumerate(panels):
        draw_lesion(left, tree, pathway)
        image = draw_map(right, tree, pathway)
        figure.colorbar(image, ax=right, label="strength")
    panels[0, 0].legend()
    return figure


def draw_lesion(axes: Any, tree: xr.DataTree, pathway: int) -> None:
    """Courses of the first five modes in one pathway of the first draw, with their flow."""
    time = first(observable(tree, "time"))
    strength, law = (
        first(values).isel(pathway=pathway, mode=slice(5))
        for values in sides(tree, "mode_strength")
    )
    shade(axes, 0.0, parameter(tree, "deficit_length"))
    draw_modes(axes, time, strength, law)
    axes.set(ylabel=PATHWAYS[pathway], xlabel="flow time t")
    axes.set_title("second mode cut out of a" if pathway == A else "b alone learns it")


def draw_map(axes: Any, tree: xr.DataTree, pathway: int) -> Any:
    """The map one pathway ends with, in colours of one scale for both: no entry is negative, and
    rows beyond the inputs are empty.
    """
    maps = first(observable(tree, "final_map"))
    maps = maps.isel({maps.dims[-2]: slice(maps.sizes[maps.dims[-1]])})
    scale = {"cmap": "Blues", "vmin": 0.0, "vmax": float(maps.max())}
    image = axes.imshow(maps.isel(pathway=pathway), gid="map", **scale)
    axes.set(xlabel="input mode", ylabel="output mode")
    axes.set_title(f"end map of pathway {'ab'[pathway]}")
    return image
