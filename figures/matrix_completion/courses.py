"""Time courses: singular values through the switch."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.matrix_completion.curves import draw_damage
from toysim.figures.matrix_completion.reading import observed, told
from toysim.papers.drawing import new_figure

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
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    draw_damage(left, tree, "First rank {rank_before}, then rank {rank} (N = {size})")
    switches = observed(tree, "final_test_loss")["switch"].values
    draw_first_draw(middle, tree, switches[0])
    draw_first_draw(right, tree, switches[-2])
    right.text(switches[-2], right.get_ylim()[1], " switch", size="small", va="top", color="0.3")
    return figure


def draw_first_draw(axes: Any, tree: xr.DataTree, switch: float) -> None:
    """The spectrum of the deepest network's first draw, with the loss it ends with."""
    loss = observed(tree, "final_test_loss")
    place = {"depth": int(loss["depth"].max()), "replica": 0, "switch": switch}
    draw_spectrum(axes, tree, "simulation", "", {}, **place)
    mark_switch(axes, switch)
    when = f"switch at t = {switch:g}" if switch else "no deficit"
    last = f"final test loss {float(loss.sel(place)):.2g}"
    axes.set_title(f"depth {place['depth']}, first draw, {when}: {last}")
    axes.set_ylim(bottom=0)


def analytic(tree: xr.DataTree) -> Figure:
    """Gradient descent over the flow of the product, a panel a switch time."""
    loss = observed(tree, "final_test_loss")
    switches, step = loss["switch"].values, float(loss["step"].min())
    figure = new_figure()
    for axes, switch in zip(figure.subplots(1, len(switches), sharey=True), switches, strict=True):
        draw_both(axes, tree, step=step, replica=0, switch=switch)
        mark_switch(axes, switch)
        axes.set_title(f"switch at t = {switch:g}")
        axes.label_outer()
    figure.axes[0].legend()
    task = "rank {rank_before}, then {rank}, N = {size}, D = {depth}"
    figure.suptitle(told(tree, f"Identity start, {task}, step {step:g}"))
    return figure


def draw_both(axes: Any, tree: xr.DataTree, **place: Any) -> None:
    """The spectrum of gradient descent, and of the flow over it."""
    flow = {"lw": 0.8}
    runs = {"ls": "", "marker": "o", "ms": 2.5, "mfc": "none", "markevery": 0.05}
    draw_spectrum(axes, tree, "simulation", "gradient descent", runs, **place)
    draw_spectrum(axes, tree, "theory", "flow of the product", flow, **place)
