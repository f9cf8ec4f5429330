"""The attention-only network: what the task does to learning in context and in weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.common import clock
from toysim.papers.drawing import Data, new_figure, observable, parameter

IN_CONTEXT, IN_WEIGHTS = "#1f5a94", "#c0392b"
TESTS = {"ic_accuracy": "in context", "iw_accuracy": "in weights"}


def classes(data: Data) -> Figure:
    """Accuracies in context (top) and in weights (bottom), a column a context, a colour a number of
    classes.
    """
    tree = data["abrupt_icl.network_classes"]
    time, contexts = clock(tree), context_names(tree)
    figure = new_figure(4.2 * len(contexts), 6.4)
    panels = figure.subplots(2, len(contexts), sharex=True, sharey=True)
    for row, (name, label) in enumerate(TESTS.items()):
        accuracy = observable(tree, name)
        for column, context in enumerate(contexts):
            axes = panels[row, column]
            for k, n_classes in enumerate(accuracy["n_classes"].values):
                for r, run in enumerate(
                    accuracy.sel(n_classes=n_classes).isel(context=column).values
                ):
                    axes.plot(
                        time,
                        run,
                        color=f"C{k}",
                        lw=1,
                        label=f"K = {n_classes}" if r == 0 else None,
                        gid=f"{name}:{context}:{n_classes}:{r}",
                    )
            axes.set(title=f"{context}: {label}", ylim=(-0.03, 1.03))
            axes.axhline(1 / parameter(tree, "n_labels"), color="0.5", lw=0.8, ls=":")
        panels[row, 0].set_ylabel("accuracy")
    for axes in panels[1]:
        axes.set_xlabel("updates")
    panels[0, 0].legend(loc="upper left")
    return figure


def context_names(tree: xr.DataTree) -> list[str]:
    """What the contexts of a sweep are called: plain, B = 1, B = 2."""
    burst, bursty = (observable(tree, name).values for name in ("burst", "p_bursty"))
    return ["plain" if p == 0 else f"B = {b}" for b, p in zip(burst, bursty, strict=True)]


def noise_and_zipf(data: Data) -> Figure:
    """Accuracies at the end over the noise within classes, and over the exponent of the Zipf law;
    every run.
    """
    figure = new_figure(10.0, 4.0)
    left, right = figure.subplots(1, 2, sharey=True)
    noise, zipf = data["abrupt_icl.network_noise"], data["abrupt_icl.network_zipf"]
    draw_ends(left, noise, "item_noise", "noise within classes $\\epsilon$")
    draw_ends(right, zipf, "zipf_exponent", "exponent of the Zipf law")
    left.set(
        ylabel="accuracy at the end",
        title=f"K = {parameter(noise, 'n_classes')}, bursty",
        ylim=(-0.03, 1.03),
    )
    right.set_title(
        f"K = {parameter(zipf, 'n_classes')}, bursty with probability "
        f"{parameter(zipf, 'p_bursty'):g}"
    )
    right.legend(loc="lower right", bbox_to_anchor=(1.0, 0.25))
    return figure


def draw_ends(axes: Any, tree: xr.DataTree, swept: str, label: str) -> None:
    """Both accuracies at the end of every run, and their medians."""
    for name, colour in (("ic_accuracy", IN_CONTEXT), ("iw_accuracy", IN_WEIGHTS)):
        ends = observable(tree, name).isel(record=-1).transpose(swept, "replica")
        x = ends[swept].values
        axes.plot(
            np.repeat(x, ends.shape[1]),
            ends.values.ravel(),
            ".",
            ms=5,
            color=colour,
            gid=f"{swept}:{name}",
        )
        axes.plot(
            x, ends.median("replica"), "-", lw=1, color=colour, label=f"{TESTS[name]}, line: median"
        )
    axes.axhline(1 / parameter(tree, "n_labels"), color="0.5", lw=0.8, ls=":")
    axes.set_xlabel(label)


def mixture(data: Data) -> Figure:
    """Accuracies in context and in weights over updates, a panel a mixture of sequences."""
    tree = data["abrupt_icl.network_mixture"]
    time = clock(tree)
    accuracies = {
        name: observable(tree, name).transpose("p_bursty", "p_novel", "replica", "record")
        for name in TESTS
    }
    bursty, novel = (accuracies["ic_accuracy"][name].values for name in ("p_bursty", "p_novel"))
    figure = new_figure(4.2 * len(novel), 3.2 * len(bursty))
    panels = figure.subplots(len(bursty), len(novel), sharex=True, sharey=True, squeeze=False)
    for (i, j), axes in np.ndenumerate(panels):
        for (name, label), colour in zip(TESTS.items(), (IN_CONTEXT, IN_WEIGHTS), strict=True):
            for r, run in enumerate(accuracies[name].values[i, j]):
                axes.plot(
                    time,
                    run,
                    color=colour,
                    lw=1,
                    label=label if r == 0 else None,
                    gid=f"{name}:{i}:{j}:{r}",
                )
        axes.set(title=f"$p_B$ = {bursty[i]:g}, $p_C$ = {novel[j]:g}", ylim=(-0.03, 1.03))
    for axes in panels[-1]:
        axes.set_xlabel("updates")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy")
    panels[0, 0].legend(loc="center right")
    return figure


def labels(data: Data) -> Figure:
    """Accuracy in context over updates, every run, a panel for N and L; dotted: 1/N."""
    runs = [
        (
            clock(tree),
            int(parameter(tree, "n_pairs")),
            int(n_labels),
            accuracy.sel(n_labels=n_labels).values,
        )
        for tree in (data["abrupt_icl.network_labels_two"], data["abrupt_icl.network_labels"])
        for accuracy in [observable(tree, "ic_accuracy")]
        for n_labels in accuracy["n_labels"].values
    ]
    figure = new_figure(2.6 * len(runs), 3.2)
    for axes, (time, n_pairs, n_labels, courses) in zip(
        figure.subplots(1, len(runs), sharey=True), runs, strict=True
    ):
        for r, course in enumerate(courses):
            axes.plot(
                time, course, "-", lw=1, color=f"C{r}", gid=f"labels:{n_pairs}:{n_labels}:{r}"
            )
        axes.axhline(1 / n_pairs, color="0.5", lw=0.8, ls=":")
        axes.set(xlabel="updates", title=f"N = {n_pairs}, L = {n_labels}", ylim=(-0.03, 1.03))
    figure.axes[0].set_ylabel("accuracy on novel classes")
    return figure
