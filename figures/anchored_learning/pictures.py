"""Figures of anchors."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.anchored_learning.reading import LEARNED, best_losses, by_dimension, mean_losses
from toysim.papers.drawing import BLUE, RED, name_axes, new_figure
from toysim.papers.reading import observable


def fronts(two: xr.DataTree, long: xr.DataTree) -> Figure:
    """Mean old against mean new loss over the strengths, two tasks and eight."""
    figure = new_figure()
    titles = ("two tasks", "eight tasks")
    for axes, tree, title in zip(figure.subplots(1, 2), (two, long), titles, strict=True):
        old, new = mean_losses(tree)
        for k in range(old.sizes["method"]):
            color, name = f"C{k}", str(old["method"].values[k])
            axes.plot(new[k], old[k], "-", lw=1.2, color=color, label=name, gid=f"theory:{name}")
        name_axes(axes, "new loss", "old loss", title)
    return figure


def excess(*rotations: xr.DataTree) -> Figure:
    """Excess over the front against the dimension, for turned curvatures."""
    figure = new_figure()
    axes = figure.subplots()
    found = by_dimension(rotations)
    for method, color in (("ewc", BLUE), ("l2", RED)):
        for turned, look in (("new", "-"), ("all", "--")):
            y = found.sel({"method": method, "rotation": turned})
            axes.plot(y["dimension"], y, f"o{look}", ms=3, lw=1.2, color=color, label=method)
    axes.set(xscale="log", xlabel="weights", ylabel="old loss over the front's")
    axes.set_title(f"At {LEARNED:g} of the new loss. Dashed: both turned")
    axes.set_xticks(found["dimension"].values, [str(d) for d in found["dimension"].values])
    axes.minorticks_off()
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::2], labels[::2])
    return figure


def refresh(tree: xr.DataTree) -> Figure:
    """Loss against the learning rate for each unlearning rate."""
    figure = new_figure()
    axes = figure.subplots()
    loss = observable(tree, "loss", "theory").isel(record=0)
    best = best_losses(tree)
    for k in range(loss.sizes["unlearning_rate"]):
        color, course = f"C{k}", loss.isel(unlearning_rate=k)
        label = rf"$\gamma$ = {float(best['unlearning_rate'][k]):g}"
        axes.plot(course["learning_rate"], course, "-", lw=1.2, color=color, label=label)
        at = int(np.argmin(course.values))
        axes.plot(course["learning_rate"][at], course[at], "o", ms=4, color=color)
    ticks = [0.02, 0.05, 0.1, 0.16]
    axes.set(xscale="log", yscale="log", ylim=(0.007, 0.03))
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_yticks([0.01, 0.02], ["0.01", "0.02"])
    axes.minorticks_off()
    name_axes(axes, r"learning rate $\eta$", "loss after 300 samples", "Dots: the best rates")
    return figure
