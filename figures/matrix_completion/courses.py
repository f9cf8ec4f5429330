"""Time courses: singular values through the switch."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.matrix_completion.curves import DAMAGE, draw_curves, size_of
from toysim.figures.matrix_completion.reading import damage, observed
from toysim.papers.drawing import new_figure
from toysim.papers.reading import parameter

TIME = "flow time t = step $\\times$ updates"


def draw_spectrum(
    axes: Any, tree: xr.DataTree, side: str, label: str, style: dict[str, Any], **place: Any
) -> None:
    """The largest singular values of one switch time over time, up to the end of its course."""
    values = observed(tree, "singular_values", side).sel(**place).transpose("singular", "record")
    clock = observed(tree, "time", side)
    time = clock.sel({k: v for k, v in place.items() if k in clock.dims}).values
    within = np.isfinite(values.values[0])
    for k, one in enumerate(values.values):
        look = {"color": f"C{k % 10}", "lw": 1.2, "label": label if k == 0 else None} | style
        axes.plot(time[within], one[within], gid=f"{side}:{place['switch']:g}:{k}", **look)


def mark_switch(axes: Any, switch: float) -> None:
    if switch > 0:
        axes.axvline(switch, color="0.3", ls=":", lw=1, zorder=0)
    axes.set(xlabel=TIME, ylabel="largest singular values")


def depth(tree: xr.DataTree) -> Figure:
    """The damage by depth, and the spectra of one draw of the deepest without and with a
    deficit.
    """
    figure = new_figure(14.0, 4.2)
    left, middle, right = figure.subplots(1, 3)
    draw_curves(left, damage(tree), "depth", "depth {}")
    ranks = f"rank {parameter(tree, 'rank_before')}, then rank {parameter(tree, 'rank')}"
    left.set(ylabel=DAMAGE, title=f"First {ranks} ({size_of(tree)})")
    left.axhline(0.0, color="0.5", lw=0.8, zorder=0)
    loss = observed(tree, "final_test_loss")
    switches, deepest = loss["switch"].values, int(loss["depth"].max())
    for axes, switch in ((middle, switches[0]), (right, switches[-2])):
        draw_spectrum(axes, tree, "simulation", "", {}, depth=deepest, replica=0, switch=switch)
        mark_switch(axes, switch)
        last = float(loss.sel(depth=deepest, replica=0, switch=switch))
        when = f"switch at t = {switch:g}" if switch else "no deficit"
        axes.set_title(f"depth {deepest}, first draw, {when}: final test loss {last:.2g}")
        axes.set_ylim(bottom=0)
    right.text(switches[-2], right.get_ylim()[1], " switch", fontsize=8, va="top", color="0.3")
    return figure


def analytic(tree: xr.DataTree) -> Figure:
    """Gradient descent over the flow of the product, a panel a switch time."""
    loss = observed(tree, "final_test_loss")
    switches, step = loss["switch"].values, float(loss["step"].min())
    figure = new_figure(3.6 * len(switches), 4.0)
    for axes, switch in zip(figure.subplots(1, len(switches), sharey=True), switches, strict=True):
        place = {"step": step, "replica": 0, "switch": switch}
        draw_spectrum(axes, tree, "simulation", "gradient descent", {}, **place)
        flow = {"color": "k", "ls": "--", "lw": 0.8}
        draw_spectrum(axes, tree, "theory", "flow of the product", flow, **place)
        mark_switch(axes, switch)
        axes.set_title(f"switch at t = {switch:g}")
        axes.label_outer()
    figure.axes[0].legend()
    ranks = f"rank {parameter(tree, 'rank_before')}, then {parameter(tree, 'rank')}"
    figure.suptitle(
        f"Identity start, {ranks}, {size_of(tree)}, D = {parameter(tree, 'depth')}, step {step:g}"
    )
    return figure
