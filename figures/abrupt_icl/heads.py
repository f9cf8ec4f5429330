"""The minimal head: progress measures, mean fields, number of labels, number of classes."""

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
from toysim.figures.abrupt_icl.reading import (
    clock,
    counts,
    over_four_logits,
    over_mean_field,
)
from toysim.papers.drawing import new_figure
from toysim.papers.reading import entered, observable, parameter, runs

MEASURES = {
    "ic_accuracy": ("accuracy in context", "k"),
    "context_label_accuracy": ("CLA: answer is a label shown", "C1"),
    "tla2": ("TLA2: attention to labels", "C2"),
    "ila1": ("ILA1: labels to items before", "C0"),
    "tila2": ("TILA2: target to right label", "C3"),
}
PARAMETERS = {False: ("two", "C3"), True: ("three", "C0")}  # beta2 kept, beta2 learned
TESTS = {
    "ic_accuracy": "novel classes: in context",
    "ic2_accuracy": "labels moved by one",
    "iw_accuracy": "in weights",
}


def measures(tree: xr.DataTree) -> Figure:
    """Progress measures over updates, every run thin, three parameters beside two."""
    figure, panels = course_panels(1, 2, "accuracy or attention")
    for axes, learns in zip(panels[0], (True, False), strict=True):
        for name, (label, colour) in MEASURES.items():
            courses, called = runs(tree, name).sel(learn_beta2=learns).values, f"{name}:{learns}"
            draw_runs(axes, clock(tree), courses, called, label, color=colour, lw=0.8)
        axes.set_title("three parameters" if learns else "two: no $\\beta_2$")
        draw_levels(axes, *(1 / count for count in counts(tree)), color="0.6")
    panels[0, 0].legend(loc="center right")
    return figure


def mean_field(
    times: xr.DataTree, four: xr.DataTree, dimensions: xr.DataTree, exact: xr.DataTree
) -> Figure:
    """t50 over its predictions by N (left) and by D (middle); p(right) and ILA1 over time
    (right).
    """
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    for learns in PARAMETERS:
        draw_predictions(left, times, four, learns)
        draw_dimensions(middle, dimensions, learns)
        draw_courses(right, exact, learns)
    name_sizes(left, times)
    middle.plot([0, 1 / 16], [1, 1 + 4 / 16], ":", color="0.4", label="1 + 4/D")
    middle.set(xlabel="1/D", ylabel="time of the cliff / mean field")
    middle.set_title(f"Random contents of dimension D, N = {parameter(dimensions, 'n_pairs')}")
    # Room for the legend.
    right.set(xlabel="updates", xlim=(0, parameter(exact, "n_steps") * 14 / 9))
    right.set_title(f"Contents at right angles, N = {parameter(exact, 'n_pairs')}")
    for axes, place in ((left, "upper right"), (middle, "upper left"), (right, "lower right")):
        axes.legend(loc=place)
    return figure


def name_sizes(axes: Any, times: xr.DataTree) -> None:
    """An axis of the numbers of pairs that were run."""
    n = observable(times, "n_pairs").values
    axes.set(xscale="log", xlabel="pairs N, at L = 4N", ylabel="time of the cliff / prediction")
    axes.set_title(f"D = {parameter(times, 'dimension')}, no fitted constant")
    axes.set_xticks(n, [str(k) for k in n])
    axes.minorticks_off()


def draw_predictions(axes: Any, times: xr.DataTree, four: xr.DataTree, learns: bool) -> None:
    """Median t50 over both predictions."""
    name, colour = PARAMETERS[learns]
    n = observable(times, "n_pairs").values
    field, logits = over_mean_field(times).median("replica"), over_four_logits(times, four)
    for line, ratio, label in (
        ("o-", field, "mean field with positions"),
        ("s--", logits, "four logits"),
    ):
        names = {"label": f"{label}, {name} parameters", "gid": f"{label}:{name}"}
        axes.plot(n, ratio.sel(learn_beta2=learns), line, ms=4, color=colour, **names)
    axes.axhline(1, color="0.3", lw=0.8)


def draw_dimensions(axes: Any, tree: xr.DataTree, learns: bool) -> None:
    """t50 over the mean field's against 1/D, every run and their median."""
    name, colour = PARAMETERS[learns]
    ratio = over_mean_field(tree).sel(learn_beta2=learns).transpose("replica", "dimension")
    inverse = 1 / ratio["dimension"].values
    axes.plot(np.tile(inverse, len(ratio)), ratio.values.ravel(), ".", ms=3, color=colour)
    names = {"label": f"{name} parameters", "gid": f"D:{name}"}
    axes.plot(inverse, ratio.median("replica"), "o-", ms=4, color=colour, **names)
    axes.axhline(1, color="0.3", lw=0.8)


def draw_courses(axes: Any, tree: xr.DataTree, learns: bool) -> None:
    """Mean over runs (marks) and mean field (lines) of p(right) and ILA1."""
    (name, colour), ring = PARAMETERS[learns], {"ms": 3, "mfc": "none"}
    for measure, label, marker in (("p_right", "p(right)", "o"), ("ila1", "ILA1", "^")):
        field = observable(tree, measure, "theory").sel(learn_beta2=learns)
        draws = runs(tree, measure).sel(learn_beta2=learns)
        said = f"{label}, {name} parameters{entered(draws)}"
        axes.plot(clock(tree), field, "-", color=colour, lw=1)
        axes.plot(clock(tree), draws.mean("replica"), marker, color=colour, label=said, **ring)


def labels(tree: xr.DataTree) -> Figure:
    """p(right) over updates, every run, a panel for every number of labels."""
    p_right, n_pairs = runs(tree, "p_right"), int(parameter(tree, "n_pairs"))
    label_counts = p_right["n_labels"].values
    figure, panels = course_panels(1, len(label_counts), "probability of the right label")
    for axes, n_labels in zip(panels[0], label_counts, strict=True):
        values, said = p_right.sel(n_labels=n_labels), "W at {:g} of its scale"
        draw_groups(axes, clock(tree), values, "weight_scale", said, f"{n_labels}", lw=0.9)
        axes.set(title=f"N = {n_pairs}, L = {n_labels}", ylim=(0, 1))
    panels[0, -1].legend(loc="center right")
    return figure


def classes(tree: xr.DataTree) -> Figure:
    """Accuracies over updates by the number of classes; every run."""
    figure, panels = course_panels(1, 3, "accuracy")
    for axes, (name, title) in zip(panels[0], TESTS.items(), strict=True):
        draw_groups(axes, clock(tree), runs(tree, name), "n_classes", "K = {:g}", name, lw=1.1)
        axes.set(title=title, ylim=SHARES)
    panels[0, 0].legend(loc="center left")
    return figure
