"""Figures of the stability gap."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.stability_gap.evidence import courses
from toysim.numerics.task_metrics import share_of_start, task_metrics
from toysim.papers.drawing import BLUE, RED, draw_landmark, name_axes, new_figure
from toysim.papers.reading import landmark, observable


def course(tree: xr.DataTree) -> Figure:
    """Old loss by step, with what is seen at task ends."""
    figure = new_figure()
    axes = figure.subplots()
    loss = observable(tree, "old_loss").transpose("replay_weight", "record")
    step = observable(tree, "step").isel(replay_weight=0)
    for k in range(len(loss)):
        color, weight = f"C{k}", float(loss["replay_weight"][k])
        axes.plot(step, loss[k], color=color, lw=1.2, label=f"replay weight {weight:g}")
        axes.plot(step[[0, -1]], loss[k, [0, -1]], "o", ms=4, color=color)
    axes.set_xscale("symlog", linthresh=10)  # the gap is over after a tenth of the steps
    name_axes(axes, "steps on the new task", "old loss", "Seen every step (lines), at ends (dots)")
    return figure


def overlap(tree: xr.DataTree, weights: xr.DataTree) -> Figure:
    """Gap over the cosine, and over cosine and replay weight."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    gap = observable(tree, "gap").transpose("labels", "overlaps")
    law = observable(tree, "flow_gap", "theory").transpose("labels", "overlaps")
    cosine = observable(tree, "overlaps_value").values[:, 0]
    told = {"residual": "residual 1", "same": "both labels 1"}
    for k, color in enumerate((BLUE, RED)):
        label = told[str(gap["labels"].values[k])]
        some = law[k].values > 0.0  # none at cosine 0
        left.plot(cosine[some], law[k][some], "-", color=color, lw=1.2, label=f"{label}, flow")
        left.plot(
            cosine[some], gap[k][some], "o", ms=3, mfc="none", color=color, label=f"{label}, steps"
        )
    draw_landmark(left, landmark("continual.stability_gap", "worst_overlap"))
    name_axes(left, "cosine c of the tasks", "largest old loss", "Dotted: c*", yscale="log")
    left.set_ylim(1e-5, 1.0)
    left.legend(loc="lower right")
    draw_weights(figure, right, weights)
    return figure


def draw_weights(figure: Figure, axes: Any, tree: xr.DataTree) -> None:
    """The logarithm of the gap over cosine and replay weight."""
    gap = observable(tree, "gap").transpose("replay_weight", "overlaps")
    cosine = observable(tree, "overlaps_value").values[:, 0]
    mesh = axes.pcolormesh(cosine, gap["replay_weight"], np.log10(gap.values), shading="nearest")
    axes.set(xlabel="cosine c of the tasks", ylabel=r"replay weight $\alpha$")
    axes.set_title("Residual 1: log10 of the gap")
    bar = figure.colorbar(mesh, ax=axes)
    bar.ax.set_label("<colorbar>")


def named(residual: xr.DataArray) -> list[str]:
    """Methods in words, ewc with the angle of its axes."""
    pairs = zip(residual["method"].values, residual["angle"].values, strict=True)
    return [f"{name} {angle:+g}" if name == "ewc" else str(name) for name, angle in pairs]


def methods(tree: xr.DataTree) -> Figure:
    """Old residuals by method, and the field's scores of them."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    residual = courses(tree)
    step, names = observable(tree, "step").isel(how=0), named(residual)
    for k in range(len(names)):
        left.plot(step[1:], residual[k, 1:], color=f"C{k}", lw=1.2, label=names[k])
    name_axes(left, "steps on the new task", "old residual", "What is held of the old task")
    left.set_xscale("log")
    left.legend(ncols=2, loc="upper left")
    left.set_ylim(-0.15, 0.75)
    found = scores(tree)
    for k in range(len(names)):
        x, y = (found[score][k] for score in ("average_score", "worst_case_score"))
        right.plot(x, y, "o", color=f"C{k}", ms=5)
    right.plot([0.8, 1.0], [0.8, 1.0], ":", color="0.6", lw=1)
    right.set_xticks([0.8, 0.85, 0.9, 0.95, 1.0])
    right.set(xlabel="score at the end", ylabel="worst-case score", title="Dotted: no gap")
    return figure


def scores(tree: xr.DataTree) -> dict[str, Any]:
    """Measures (methods,) of both tasks; the old one's errors against the new one's at first."""
    losses = [observable(tree, name) for name in ("old_loss", "new_loss")]
    old, new = (loss.transpose("how", "record").values for loss in losses)
    both = np.stack([1.0 - old / new[:, :1], share_of_start(new[..., None])[..., 0]], axis=-1)
    # The old task was trained in one step, from a score of 0, before the course begins.
    learned = np.concatenate([np.zeros_like(both[:, :1]), both], axis=1)
    return task_metrics(learned, [0] + [1] * (both.shape[1] - 1), window=50)
