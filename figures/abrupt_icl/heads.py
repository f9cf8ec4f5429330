"""The minimal head: progress measures, mean fields, number of labels, number of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.panels import draw_runs
from toysim.figures.abrupt_icl.reading import clock, runs
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

MEASURES = {
    "ic_accuracy": ("accuracy in context", "k"),
    "context_label_accuracy": ("CLA: answer is a label shown", "C1"),
    "tla2": ("TLA2: attention to labels", "C2"),
    "ila1": ("ILA1: labels to items before", "C0"),
    "tila2": ("TILA2: target to right label", "C3"),
}


def measures(tree: xr.DataTree) -> Figure:
    """Progress measures over updates, every run thin, three parameters beside two."""
    figure = new_figure(11.0, 4.2)
    time = clock(tree)
    for axes, learns in zip(figure.subplots(1, 2, sharey=True), (True, False), strict=True):
        for name, (label, colour) in MEASURES.items():
            courses = runs(tree, name).sel(learn_beta2=learns).values
            draw_runs(axes, time, courses, f"{name}:{learns}", label, color=colour, lw=0.8)
        axes.set(xlabel="updates", title="three parameters" if learns else "two: no $\\beta_2$")
    n_pairs, n_labels = int(parameter(tree, "n_pairs")), int(parameter(tree, "n_labels"))
    for axes in figure.axes:
        for level in (1 / n_pairs, 1 / n_labels):
            axes.axhline(level, color="0.6", lw=0.8, ls=":")
    figure.axes[0].set_ylabel("accuracy or attention")
    figure.axes[0].legend(loc="center right")
    return figure


def mean_field(
    times: xr.DataTree, four: xr.DataTree, dimensions: xr.DataTree, exact: xr.DataTree
) -> Figure:
    """t50 over its predictions by N (left) and by D (middle); p(right) and ILA1 over time
    (right).
    """
    figure = new_figure(14.0, 4.2)
    left, middle, right = figure.subplots(1, 3)
    for k, (name, colour) in enumerate(
        (("two", "C3"), ("three", "C0"))
    ):  # beta2 kept, beta2 learned
        draw_predictions(left, times, four, k, name, colour)
        draw_dimensions(middle, dimensions, k, name, colour)
        draw_courses(right, exact, k, name, colour)
    left.set(xscale="log", xlabel="pairs N, at L = 4N", ylabel="time of the cliff / prediction")
    left.set_title(f"D = {parameter(times, 'dimension')}, no fitted constant")
    n = observable(times, "n_pairs").values
    left.set_xticks(n, [str(k) for k in n])
    left.minorticks_off()
    middle.plot([0, 1 / 16], [1, 1 + 4 / 16], ":", color="0.4", label="1 + 4/D")
    middle.set(
        xlabel="1/D",
        ylabel="time of the cliff / mean field",
        title="Random contents of dimension D, N = 4",
    )
    right.set(xlabel="updates", title="Contents at right angles, N = 8", xlim=(0, 1400))
    for axes, place in ((left, "upper right"), (middle, "upper left"), (right, "lower right")):
        axes.legend(loc=place)
    return figure


def draw_predictions(
    axes: Any,
    times: xr.DataTree,
    four: xr.DataTree,
    k: int,
    name: str,
    colour: str,
) -> None:
    """Median t50 over both predictions."""
    t50 = runs(times, "t50").median("replica").isel(learn_beta2=k).values
    n = observable(times, "n_pairs").values
    field = observable(times, "mean_field_t50", "theory").isel(learn_beta2=k).values
    logits = observable(four, "t50").isel(beta2_mobility=k).values
    axes.plot(
        n,
        t50 / field,
        "o-",
        ms=4,
        color=colour,
        label=f"mean field with positions, {name} parameters",
    )
    axes.plot(
        n,
        t50 / logits,
        "s--",
        ms=4,
        color=colour,
        label=f"four logits, {name} parameters",
        gid=f"four:{name}",
    )
    axes.axhline(1, color="0.3", lw=0.8)


def draw_dimensions(axes: Any, tree: xr.DataTree, k: int, name: str, colour: str) -> None:
    """t50 over the mean field's against 1/D, every run and their mean."""
    ratio = runs(tree, "t50") / observable(tree, "mean_field_t50", "theory")
    ratio = ratio.isel(learn_beta2=k).transpose("replica", "dimension")
    d = ratio["dimension"].values
    axes.plot(
        np.broadcast_to(1 / d, ratio.shape).ravel(), ratio.values.ravel(), ".", ms=3, color=colour
    )
    axes.plot(
        1 / d,
        ratio.mean("replica"),
        "o-",
        ms=4,
        color=colour,
        label=f"{name} parameters",
        gid=f"D:{name}",
    )
    axes.axhline(1, color="0.3", lw=0.8)


def draw_courses(axes: Any, tree: xr.DataTree, k: int, name: str, colour: str) -> None:
    """Mean over runs (marks) and mean field (lines) of p(right) and ILA1."""
    for measure, label, marker in (("p_right", "p(right)", "o"), ("ila1", "ILA1", "^")):
        axes.plot(
            clock(tree),
            observable(tree, measure, "theory").isel(learn_beta2=k),
            "-",
            color=colour,
            lw=1,
        )
        axes.plot(
            clock(tree),
            runs(tree, measure).isel(learn_beta2=k).mean("replica"),
            marker,
            ms=3,
            mfc="none",
            color=colour,
            label=f"{label}, {name} parameters",
        )


def labels(tree: xr.DataTree) -> Figure:
    """p(right) over updates, every run, a panel for every number of labels."""
    p_right, time = runs(tree, "p_right"), clock(tree)
    counts, scales = p_right["n_labels"].values, p_right["weight_scale"].values
    figure = new_figure(4.2 * len(counts), 3.6)
    for axes, n_labels in zip(figure.subplots(1, len(counts), sharey=True), counts, strict=True):
        for k, scale in enumerate(scales):
            courses = p_right.sel(n_labels=n_labels, weight_scale=scale).values
            label = f"W at {scale:g} of its scale"
            draw_runs(axes, time, courses, f"{n_labels}:{scale:g}", label, color=f"C{k}", lw=0.9)
        axes.set(
            xlabel="updates",
            title=f"N = {int(parameter(tree, 'n_pairs'))}, L = {n_labels}",
            ylim=(0, 1),
        )
    figure.axes[0].set_ylabel("probability of the right label")
    figure.axes[-1].legend(loc="center right")
    return figure


def classes(tree: xr.DataTree) -> Figure:
    """Accuracies over updates by the number of classes; every run."""
    time = clock(tree)
    titles = {
        "ic_accuracy": "novel classes: in context",
        "ic2_accuracy": "labels moved by one",
        "iw_accuracy": "in weights",
    }
    figure = new_figure(12.5, 3.8)
    for axes, (name, title) in zip(figure.subplots(1, 3, sharey=True), titles.items(), strict=True):
        accuracy = runs(tree, name)
        for k, count in enumerate(accuracy["n_classes"].values):
            courses = accuracy.sel(n_classes=count).values
            style = {"color": f"C{k}", "lw": 1.1}
            draw_runs(axes, time, courses, f"{name}:{count}", f"K = {count}", **style)
        axes.set(xlabel="updates", title=title, ylim=(-0.03, 1.03))
    figure.axes[0].set_ylabel("accuracy")
    figure.axes[0].legend(loc="center left")
    return figure
