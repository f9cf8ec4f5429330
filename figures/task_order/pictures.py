"""Figures of task orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.task_order.evidence import learned_and_lost
from toysim.figures.task_order.reading import by_order, kept, orders_of, scores
from toysim.numerics.task_metrics import share_of_start, task_metrics
from toysim.papers.drawing import BLUE, RED, line, name_axes, new_figure, points
from toysim.papers.reading import observable, parameter, runs

ORDERS = ("best order", "one between", "worst order")
METRICS = ("average_score", "forward_transfer", "backward_transfer", "forgetting", "maintenance")


def order_scores(orders: xr.DataTree) -> Figure:
    """Final error of every order against its score, three arrangements."""
    figure = new_figure()
    score, found = scores(orders), by_order(orders, "final_error").values
    exact = by_order(orders, "final_error", "theory").values
    for k, axes in enumerate(figure.subplots(1, len(score))):
        for draw in range(3):
            color = f"C{draw}"
            order = np.argsort(score[k, draw])
            x = score[k, draw][order]
            points(axes, x, found[k, draw][order], f"{k}:{draw}", color=color, ms=2)
            name = f"teachers {draw + 1}"
            line(axes, x, exact[k, draw][order], f"{k}:{draw}", color=color, label=name)
        title = f"share kept by a visit {kept(orders)[k]:.1f}"
        axes.set(title=title, xlabel=r"score $\sum_k r^{T-k} R_{j(k)}$")
        axes.set_ylabel("final error" if k == 0 else "")
        axes.legend()
    return figure


def error_matrix(courses: xr.DataTree) -> Figure:
    """Errors of all tasks after every visit, best and worst order."""
    figure = new_figure()
    error = runs(courses, "error").mean("replica").transpose("order", "task", "record")
    order, at_end = orders_of(courses), observable(courses, "final_error", "theory").values
    top = float(error.max())
    ends = {"best": np.argmin(at_end), "worst": np.argmax(at_end)}
    for (name, at), axes in zip(ends.items(), figure.subplots(1, 2), strict=True):
        image = axes.imshow(error.values[at], vmin=0.0, vmax=top, aspect="auto", cmap="viridis")
        visited = " ".join(map(str, order[at]))
        axes.set(xlabel="visits", ylabel="task", title=f"{name} order {visited}")
        axes.set_yticks(range(error.sizes["task"]))
        figure.colorbar(image, ax=axes, label="mean error")
    return figure


def overlap(tree: xr.DataTree) -> Figure:
    """Rise of old errors over similarity and samples a weight."""
    figure = new_figure()
    axes = figure.subplots()
    rise = runs(tree, "error_increase").mean("replica").transpose("n_samples", "similarity")
    share = rise["n_samples"].values / parameter(tree, "dimension")
    mesh = axes.pcolormesh(rise["similarity"], share, rise.values, shading="nearest")
    axes.set(xlabel="similarity s", ylabel="samples a weight n/d", title="Rise of old errors")
    bar = figure.colorbar(mesh, ax=axes)
    bar.ax.set_label("<colorbar>")
    return figure


def metrics_of(courses: xr.DataTree) -> dict[str, Any]:
    """Measures (orders, replicas) of continual learning of every run."""
    error = runs(courses, "error").transpose("order", "replica", "record", "task")
    order = orders_of(courses)
    ranked = np.argsort(observable(courses, "final_error", "theory").values)  # as ORDERS
    each = [task_metrics(share_of_start(error.values[k]), order[k]) for k in ranked]
    return {name: np.stack([found[name] for found in each]) for name in METRICS}


def metrics(courses: xr.DataTree) -> Figure:
    """The field's measures of the best order, one between and the worst."""
    figure = new_figure()
    axes = figure.subplots()
    found = metrics_of(courses)
    for k, (name, color) in enumerate(zip(ORDERS, (BLUE, "0.5", RED), strict=True)):
        mean = [found[metric][k].mean() for metric in METRICS]
        error = [found[metric][k].std() / np.sqrt(found[metric].shape[1]) for metric in METRICS]
        x = np.arange(len(METRICS)) + 0.2 * (k - 1)
        axes.errorbar(x, mean, error, fmt="o", ms=4, color=color, label=name)
    axes.axhline(0.0, color="0.8", lw=0.8, zorder=0)
    axes.set_xticks(range(len(METRICS)), [m.replace("_", "\n") for m in METRICS])
    name_axes(axes, "measure", "share of the start's error", "Measures of continual learning")
    return figure


def plasticity(tree: xr.DataTree) -> Figure:
    """Learned, lost and final error over the plasticity."""
    figure = new_figure()
    axes = figure.subplots()
    learned, lost, final = learned_and_lost(tree)
    kappa = final["plasticity"].values
    for values, label, color in (
        (learned, "just after learning", BLUE),
        (lost, "rise of old errors since", RED),
        (final, "at the end", "0.2"),
    ):
        axes.plot(kappa, values, "o-", ms=3, lw=1, color=color, label=label)
    name_axes(axes, r"plasticity $\kappa$", "mean error", "What is learned is lost on the old")
    return figure
