"""Networks of weight matrices: courses of their modes, and the maps they end with."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.critical_periods.reading import A, B, first
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

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
    axes: Any, time: xr.DataArray, strength: xr.DataArray, law: xr.DataArray | None, modes: int
) -> None:
    """Strengths of the first modes of one draw: points simulated, lines the flow (thin lines where
    there is none).
    """
    for mode in range(modes):
        color, label = COLORS[mode], LEGEND.get(mode)
        simulated = strength.isel(mode=mode)
        if law is not None:
            axes.plot(
                time, law.isel(mode=mode), "-", color=color, lw=1.0, gid=f"theory:mode={mode}"
            )
        else:
            axes.plot(time, simulated, "-", color=color, lw=0.5)
        axes.plot(
            time[::EVERY],
            simulated[::EVERY],
            "o",
            color=color,
            ms=3,
            mfc="none",
            label=label,
            gid=f"simulation:mode={mode}",
        )


def draw_windows(figure: Figure, tree: xr.DataTree, theory: bool, **chosen: Any) -> None:
    """A column a window, the open pathway above the deprived one; the window is shaded."""
    strength, time = observable(tree, "mode_strength"), observable(tree, "time")
    law = observable(tree, "mode_strength", "theory") if theory else None
    starts, length = strength["deficit_start"].values, parameter(tree, "deficit_length")
    panels = figure.subplots(2, len(starts), sharex=True, sharey=True)
    for (pathway, label), row in zip(PATHWAYS.items(), panels, strict=True):
        for axes, start in zip(row, starts, strict=True):
            here = {**chosen, "deficit_start": start}
            one = {**here, "pathway": pathway}
            exact = None if law is None else law.sel(one).isel(replica=0)
            axes.axvspan(start, start + length, color="0.92", zorder=0)
            y = strength.sel(one).isel(replica=0)
            draw_modes(axes, first(time.sel(here)), y, exact, modes=strength.sizes["mode"])
            axes.set_title(f"deficit from t = {start:g} to {start + length:g}")
        row[0].set_ylabel(label)
    panels[0, -1].legend()
    for axes in panels[1]:
        axes.set_xlabel("flow time t")


def network(tree: xr.DataTree) -> Figure:
    """Figure 2: the modes of both pathways under three deficits, with the flow of every mode."""
    figure = new_figure(12.0, 6.0)
    draw_windows(figure, tree, theory=True)
    return figure


def tanh(tree: xr.DataTree) -> Figure:
    """Figure 11."""
    figure = new_figure(12.0, 6.0)
    draw_windows(figure, tree, theory=False, nonlinearity="tanh")
    return figure


def relu(tree: xr.DataTree) -> Figure:
    """Figure 12."""
    figure = new_figure(12.0, 6.0)
    draw_windows(figure, tree, theory=False, nonlinearity="relu")
    return figure


def lesion(tree: xr.DataTree) -> Figure:
    """Figure 3: courses of the first five modes, and the maps both pathways end with."""
    figure = new_figure(11.0, 6.4)
    panels = figure.subplots(2, 2, width_ratios=(3, 2))
    draw = {"replica": 0}
    time = first(observable(tree, "time"))
    maps = observable(tree, "final_map").isel(draw)
    top = float(np.abs(maps).max())
    for pathway, (left, right) in enumerate(panels):
        strength, law = (
            observable(tree, "mode_strength", side).isel(draw | {"pathway": pathway})
            for side in ("simulation", "theory")
        )
        left.axvspan(0, parameter(tree, "deficit_length"), color="0.92", zorder=0)
        draw_modes(left, time, strength, law, modes=5)
        left.set(ylabel=PATHWAYS[pathway], xlabel="flow time t")
        left.set_title("second mode cut out of a" if pathway == A else "b alone learns it")
        image = right.imshow(
            maps.isel(pathway=pathway), cmap="RdBu_r", vmin=-top, vmax=top, aspect="auto", gid="map"
        )
        right.set(
            xlabel="input mode", ylabel="output mode", title=f"end map of pathway {'ab'[pathway]}"
        )
        figure.colorbar(image, ax=right, label="strength")
    panels[0, 0].legend(loc="upper right", bbox_to_anchor=(1.0, 0.9))
    return figure
