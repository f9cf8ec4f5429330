"""The attention-only network: what the task does to learning in context and in weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.panels import draw_runs
from toysim.figures.abrupt_icl.reading import clock, ends, runs
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

IN_CONTEXT, IN_WEIGHTS = "#1f5a94", "#c0392b"
TESTS = {"ic_accuracy": "in context", "iw_accuracy": "in weights"}


def classes(tree: xr.DataTree) -> Figure:
    """Accuracies in context (top) and in weights (bottom), a column a context, a colour a number of
    classes.
    """
    contexts = context_names(tree)
    figure = new_figure(4.2 * len(contexts), 6.4)
    panels = figure.subplots(2, len(contexts), sharex=True, sharey=True)
    for row, (name, label) in zip(panels, TESTS.items(), strict=True):
        for k, context in enumerate(contexts):
            draw_classes(row[k], tree, k, name, context)
            row[k].set(title=f"{context}: {label}", ylim=(-0.03, 1.03))
            row[k].axhline(1 / parameter(tree, "n_labels"), color="0.5", lw=0.8, ls=":")
        row[0].set_ylabel("accuracy")
    for axes in panels[1]:
        axes.set_xlabel("updates")
    panels[0, 0].legend(loc="upper left")
    return figure


def draw_classes(axes: Any, tree: xr.DataTree, column: int, name: str, context: str) -> None:
    """One accuracy in one context, every run, by the number of classes."""
    accuracy = runs(tree, name).isel(context=column)
    for k, count in enumerate(accuracy["n_classes"].values):
        courses = accuracy.sel(n_classes=count).values
        gid, style = f"{name}:{context}:{count}", {"color": f"C{k}", "lw": 1}
        draw_runs(axes, clock(tree), courses, gid, f"K = {count}", **style)


def context_names(tree: xr.DataTree) -> list[str]:
    """What the contexts of a sweep are called: plain, B = 1, B = 2."""
    burst, bursty = (observable(tree, name).values for name in ("burst", "p_bursty"))
    return ["plain" if p == 0 else f"B = {b}" for b, p in zip(burst, bursty, strict=True)]


def noise_and_zipf(noise: xr.DataTree, zipf: xr.DataTree) -> Figure:
    """Accuracies at the end over the noise within classes, and over the exponent of the Zipf law;
    every run.
    """
    figure = new_figure(10.0, 4.0)
    left, right = figure.subplots(1, 2, sharey=True)
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
        last = ends(tree, name, swept)
        x = last[swept].values
        axes.plot(
            np.repeat(x, last.shape[1]),
            last.values.ravel(),
            ".",
            ms=5,
            color=colour,
            gid=f"{swept}:{name}",
        )
        axes.plot(
            x, last.median("replica"), "-", lw=1, color=colour, label=f"{TESTS[name]}, line: median"
        )
    axes.axhline(1 / parameter(tree, "n_labels"), color="0.5", lw=0.8, ls=":")
    axes.set_xlabel(label)


def mixture(tree: xr.DataTree) -> Figure:
    """Accuracies in context and in weights over updates, a panel a mixture of sequences."""
    accuracies = {
        name: runs(tree, name).transpose("p_bursty", "p_novel", "replica", "record")
        for name in TESTS
    }
    bursty, novel = (accuracies["ic_accuracy"][name].values for name in ("p_bursty", "p_novel"))
    figure = new_figure(4.2 * len(novel), 3.2 * len(bursty))
    panels = figure.subplots(len(bursty), len(novel), sharex=True, sharey=True, squeeze=False)
    for (i, j), axes in np.ndenumerate(panels):
        for (name, label), colour in zip(TESTS.items(), (IN_CONTEXT, IN_WEIGHTS), strict=True):
            courses = accuracies[name].values[i, j]
            draw_runs(axes, clock(tree), courses, f"{name}:{i}:{j}", label, color=colour, lw=1)
        axes.set(title=f"$p_B$ = {bursty[i]:g}, $p_C$ = {novel[j]:g}", ylim=(-0.03, 1.03))
    for axes in panels[-1]:
        axes.set_xlabel("updates")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy")
    panels[0, 0].legend(loc="center right")
    return figure


def labels(*trees: xr.DataTree) -> Figure:
    """Accuracy in context over updates, every run, a panel for N and L; dotted: 1/N."""
    cells = [(tree, int(count)) for tree in trees for count in runs(tree, "n_labels").values]
    figure = new_figure(2.6 * len(cells), 3.2)
    panels = figure.subplots(1, len(cells), sharey=True)
    for axes, (tree, n_labels) in zip(panels, cells, strict=True):
        n_pairs = int(parameter(tree, "n_pairs"))
        for r, course in enumerate(runs(tree, "ic_accuracy").sel(n_labels=n_labels).values):
            gid = f"labels:{n_pairs}:{n_labels}:{r}"
            axes.plot(clock(tree), course, "-", lw=1, color=f"C{r}", gid=gid)
        axes.axhline(1 / n_pairs, color="0.5", lw=0.8, ls=":")
        axes.set(xlabel="updates", title=f"N = {n_pairs}, L = {n_labels}", ylim=(-0.03, 1.03))
    figure.axes[0].set_ylabel("accuracy on novel classes")
    return figure
