"""The minimal head: progress measures, mean fields, number of labels, number of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.common import clock
from toysim.papers.drawing import Data, new_figure, observable, parameter

MEASURES = {
    "ic_accuracy": ("accuracy in context", "k"),
    "context_label_accuracy": ("CLA: answer is a label shown", "C1"),
    "tla2": ("TLA2: attention to labels", "C2"),
    "ila1": ("ILA1: labels to items before", "C0"),
    "tila2": ("TILA2: target to right label", "C3"),
}


def measures(data: Data) -> Figure:
    """Progress measures over updates, every run thin, three parameters beside two."""
    tree = data["abrupt_icl.head"]
    figure = new_figure(11.0, 4.2)
    time = clock(tree)
    three = observable(tree, "learn_beta2").values
    for axes, learns in zip(figure.subplots(1, 2, sharey=True), (True, False), strict=True):
        for name, (label, colour) in MEASURES.items():
            runs = (
                observable(tree, name)
                .isel(learn_beta2=int(np.flatnonzero(three == learns)[0]))
                .values
            )
            for k, run in enumerate(runs):
                axes.plot(
                    time,
                    run,
                    color=colour,
                    lw=0.8,
                    label=label if k == 0 else None,
                    gid=f"{name}:{learns}:{k}",
                )
        axes.set(xlabel="updates", title="three parameters" if learns else "two: no $\\beta_2$")
    n_pairs, n_labels = int(parameter(tree, "n_pairs")), int(parameter(tree, "n_labels"))
    for axes in figure.axes:
        for level in (1 / n_pairs, 1 / n_labels):
            axes.axhline(level, color="0.6", lw=0.8, ls=":")
    figure.axes[0].set_ylabel("accuracy or attention")
    figure.axes[0].legend(loc="center right")
    return figure


def mean_field(data: Data) -> Figure:
    """t50 over its predictions by N (left) and by D (middle); p(right) and ILA1 over time
    (right).
    """
    times, four, dimensions, exact = (
        data[f"abrupt_icl.{name}"]
        for name in ("head_times", "four_logits", "head_dimension", "head_exact")
    )
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


def draw_predictions(axes: Any, times: Any, four: Any, k: int, name: str, colour: str) -> None:
    """Median t50 over both predictions."""
    t50 = observable(times, "t50").median("replica").isel(learn_beta2=k).values
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


def draw_dimensions(axes: Any, tree: Any, k: int, name: str, colour: str) -> None:
    """t50 over the mean field's against 1/D, every run and their mean."""
    ratio = observable(tree, "t50") / observable(tree, "mean_field_t50", "theory")
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


def draw_courses(axes: Any, tree: Any, k: int, name: str, colour: str) -> None:
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
            observable(tree, measure).isel(learn_beta2=k).mean("replica"),
            marker,
            ms=3,
            mfc="none",
            color=colour,
            label=f"{label}, {name} parameters",
        )


def labels(data: Data) -> Figure:
    """p(right) over updates, every run, a panel for every number of labels."""
    tree = data["abrupt_icl.head_labels"]
    p_right, time = observable(tree, "p_right"), clock(tree)
    counts = p_right["n_labels"].values
    figure = new_figure(4.2 * len(counts), 3.6)
    for axes, n_labels in zip(figure.subplots(1, len(counts), sharey=True), counts, strict=True):
        for scale, colour in zip(p_right["weight_scale"].values, ("C0", "C1"), strict=True):
            for k, run in enumerate(p_right.sel(n_labels=n_labels, weight_scale=scale).values):
                axes.plot(
                    time,
                    run,
                    color=colour,
                    lw=0.9,
                    label=f"W at {scale:g} of its scale" if k == 0 else None,
                )
        axes.set(
            xlabel="updates",
            title=f"N = {int(parameter(tree, 'n_pairs'))}, L = {n_labels}",
            ylim=(0, 1),
        )
    figure.axes[0].set_ylabel("probability of the right label")
    figure.axes[-1].legend(loc="center right")
    return figure


def classes(data: Data) -> Figure:
    """Accuracies over updates by the number of classes; every run."""
    tree = data["abrupt_icl.head_classes"]
    time = clock(tree)
    titles = {
        "ic_accuracy": "novel classes: in context",
        "ic2_accuracy": "labels moved by one",
        "iw_accuracy": "in weights",
    }
    figure = new_figure(12.5, 3.8)
    for axes, (name, title) in zip(figure.subplots(1, 3, sharey=True), titles.items(), strict=True):
        accuracy = observable(tree, name)
        for k, n_classes in enumerate(accuracy["n_classes"].values):
            for r, run in enumerate(accuracy.sel(n_classes=n_classes).values):
                axes.plot(
                    time,
                    run,
                    color=f"C{k}",
                    lw=1.1,
                    label=f"K = {n_classes}" if r == 0 else None,
                    gid=f"{name}:{n_classes}:{r}",
                )
        axes.set(xlabel="updates", title=title, ylim=(-0.03, 1.03))
    figure.axes[0].set_ylabel("accuracy")
    figure.axes[0].legend(loc="center left")
    return figure
