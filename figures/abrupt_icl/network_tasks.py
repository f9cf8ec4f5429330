"""The attention-only network: what the task does to learning in context and in weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.panels import (
    SHARES,
    course_panels,
    draw_groups,
    draw_levels,
    draw_runs,
)
from toysim.figures.abrupt_icl.reading import clock, ends
from toysim.papers.drawing import BLUE, RED, new_figure
from toysim.papers.reading import observable, parameter, runs

TESTS = {"ic_accuracy": ("in context", BLUE), "iw_accuracy": ("in weights", RED)}


def classes(tree: xr.DataTree) -> Figure:
    """Accuracies in context (top) and in weights (bottom), a column a context, a colour a number of
    classes.
    """
    contexts = context_names(tree)
    figure, panels = course_panels(2, len(contexts), "accuracy")
    for row, (name, (label, _)) in zip(panels, TESTS.items(), strict=True):
        for k, context in enumerate(contexts):
            values, called = runs(tree, name).isel(context=k), f"{name}:{context}"
            draw_groups(row[k], clock(tree), values, "n_classes", "K = {:g}", called, lw=1)
            row[k].set(title=f"{context}: {label}", ylim=SHARES)
            draw_levels(row[k], 1 / parameter(tree, "n_labels"))
    panels[0, 0].legend(loc="upper left")
    return figure


def context_names(tree: xr.DataTree) -> list[str]:
    """What the contexts of a sweep are called: plain, B = 1, B = 2."""
    burst, bursty = (observable(tree, name).values for name in ("burst", "p_bursty"))
    return ["plain" if p == 0 else f"B = {b}" for b, p in zip(burst, bursty, strict=True)]


def noise_and_zipf(noise: xr.DataTree, zipf: xr.DataTree) -> Figure:
    """Accuracies at the end over the noise within classes, and over the exponent of the Zipf law;
    every run.
    """
    figure = new_figure()
    left, right = figure.subplots(1, 2, sharey=True)
    draw_ends(left, noise, "item_noise")
    draw_ends(right, zipf, "zipf_exponent")
    left.set(xlabel="noise within classes $\\epsilon$", ylabel="accuracy at the end", ylim=SHARES)
    left.set_title(f"K = {parameter(noise, 'n_classes')}, bursty")
    share = f"bursty with probability {parameter(zipf, 'p_bursty'):g}"
    right.set_title(f"K = {parameter(zipf, 'n_classes')}, {share}")
    right.set_xlabel("exponent of the Zipf law")
    right.legend(loc="lower right", bbox_to_anchor=(1.0, 0.25))
    return figure


def draw_ends(axes: Any, tree: xr.DataTree, swept: str) -> None:
    """Both accuracies at the end of every run, and their medians."""
    for name, (label, colour) in TESTS.items():
        last = ends(tree, name, swept)
        x, gid = last[swept].values, f"{swept}:{name}"
        every = np.repeat(x, last.sizes["replica"])
        axes.plot(every, last.values.ravel(), ".", ms=5, color=colour, gid=gid)
        said = f"{label}, line: median"
        axes.plot(x, last.median("replica"), "-", lw=1, color=colour, label=said)
    draw_levels(axes, 1 / parameter(tree, "n_labels"))


def mixture(tree: xr.DataTree) -> Figure:
    """Accuracies in context and in weights over updates, a panel a mixture of sequences."""
    bursty, novel = (observable(tree, name).values for name in ("p_bursty", "p_novel"))
    figure, panels = course_panels(len(bursty), len(novel), "accuracy")
    for (i, j), axes in np.ndenumerate(panels):
        draw_both(axes, tree, bursty[i], novel[j])
        axes.set(title=f"$p_B$ = {bursty[i]:g}, $p_C$ = {novel[j]:g}", ylim=SHARES)
    panels[0, 0].legend(loc="center right")
    return figure


def draw_both(axes: Any, tree: xr.DataTree, bursty: Any, novel: Any) -> None:
    """Both accuracies of every run of a mixture."""
    for name, (label, colour) in TESTS.items():
        courses = runs(tree, name).sel(p_bursty=bursty, p_novel=novel).values
        called = f"{name}:{bursty:g}:{novel:g}"
        draw_runs(axes, clock(tree), courses, called, label, color=colour, lw=1)


def labels(*trees: xr.DataTree) -> Figure:
    """Accuracy in context over updates, every run, a panel for N and L; dotted: 1/N."""
    cells = [(tree, int(count)) for tree in trees for count in runs(tree, "n_labels").values]
    figure, panels = course_panels(1, len(cells), "accuracy on novel classes")
    for axes, (tree, n_labels) in zip(panels[0], cells, strict=True):
        n_pairs = int(parameter(tree, "n_pairs"))
        courses = runs(tree, "ic_accuracy").sel(n_labels=n_labels).values
        draw_runs(axes, clock(tree), courses, f"labels:{n_pairs}:{n_labels}", lw=1)
        draw_levels(axes, 1 / n_pairs)
        axes.set(title=f"N = {n_pairs}, L = {n_labels}", ylim=SHARES)
    return figure
