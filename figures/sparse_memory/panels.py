"""Figures of sparse memories."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.sparse_memory.evidence import SIZES
from toysim.figures.sparse_memory.reading import least_errors, recognition
from toysim.papers.drawing import draw_landmark, draw_means, line, name_axes, new_figure, points
from toysim.papers.reading import landmark, observable, parameter


def load(tree: xr.DataTree, exposures: xr.DataTree) -> Figure:
    """False rate with its laws; recognition and recall by exposures."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    draws = observable(tree, "false_rate").where(lambda v: v.mean("replica") > 0.0, drop=True)
    draw_means(left, draws["n_pairs"], draws, mfc="none", label="runs")
    for name, style, label in (
        ("exact_false_rate", "-", "exact"),
        ("independent_false_rate", "--", "independent synapses"),
    ):
        law = observable(tree, name, "theory")
        left.plot(law["n_pairs"], law, style, color="0.2", label=label, gid=f"theory:{name}")
    sizes: dict[str, Any] = {n: int(parameter(tree, n)) for n in SIZES}
    draw_landmark(left, landmark("memory.willshaw", "recall_capacity", **sizes))
    left.set(yscale="log", ylim=(1e-8, 2.0))
    name_axes(left, "pairs P", "false rate", "Recall")
    for k, p in enumerate(observable(exposures, "hit_rate")["plasticity"].values):
        errors = least_errors(exposures).sel(plasticity=p)
        known = 1.0 - recognition(exposures).sel(plasticity=p)
        look = {"color": f"C{k}", "ms": 4, "mfc": "none"}
        right.plot(errors["exposures"], errors, "o-", label=f"recall, p = {p:g}", **look)
        known = known[known > 1e-6]
        right.plot(known["exposures"], known, "s--", **look)
    right.set(yscale="log")
    name_axes(right, "exposures", "errors (squares: recognition)", "Recall and recognition")
    return figure


def instances(*trees: xr.DataTree) -> Figure:
    """Accuracies over similarity, by cue and by the number of classes."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    *cues, overload = trees
    for k, tree in enumerate(cues):
        c = parameter(tree, "cue_modules")
        mean = observable(tree, "instance_accuracy").mean("replica")
        points(left, mean["similarity"], mean, f"{c}", color=f"C{k}", label=f"{c} modules")
        left.plot(mean["similarity"], mean, "-", color=f"C{k}", lw=1)
        law = observable(tree, "class_accuracy").mean("replica")
        left.plot(law["similarity"], law, "--", color=f"C{k}", gid=f"simulation:class:{c}")
    name_axes(left, "similarity a", "accuracy (dashed: class)", "Cues", ylim=(0, 1.05))
    for k, n in enumerate(observable(overload, "instance_accuracy")["n_classes"].values):
        draws = observable(overload, "instance_accuracy").sel(n_classes=n)
        look: dict[str, Any] = {"color": f"C{k}", "mfc": "none", "label": f"{n} classes"}
        draw_means(right, draws["similarity"], draws, **look)
        bound = observable(overload, "instance_bound", "theory").sel(n_classes=n)
        line(right, bound["similarity"], bound.clip(min=0.0), f"{n}", color=f"C{k}")
    name_axes(right, "similarity a", "instances (line: bound)", "Overload", ylim=(-0.02, 1.05))
    return figure
