"""The theory by itself: branches, transitions and stability of one task and of the second,
arXiv:2212.02846.
"""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning.reading import both_present, crossing
from toysim.papers.drawing import name_axes, new_figure
from toysim.papers.reading import observable, parameter

ORDER_PARAMETERS = {
    "overlap": "r, with the teacher",
    "replica_overlap": "q, of two replicas",
    "self_overlap": "Q",
}


def phases(one_task: xr.DataTree, strong: xr.DataTree, weak: xr.DataTree) -> Figure:
    """Figure 2a with its stability, and the branches of the second task."""
    figure = new_figure()
    panels = figure.subplots(2, 2)
    draw_order_parameters(panels[0, 0], one_task)
    draw_stability(panels[0, 1], one_task)
    for axes, tree in zip(panels[1], (strong, weak), strict=True):
        draw_second_task(axes, tree)
    return figure


def split(values: xr.DataArray, both: xr.DataArray, branch: str) -> xr.DataArray:
    """The part of a curve that belongs to one branch: the low one ends where the last, the high one
    begins where the first two coexist."""
    at = values[values.dims[0]].values
    loads = at[both.values]
    return values[at <= loads.max()] if branch == "low" else values[at >= loads.min()]


def draw_order_parameters(axes: Any, tree: xr.DataTree) -> None:
    """Overlaps on both branches of one task, and where the free entropies of these cross."""
    for k, (name, label) in enumerate(ORDER_PARAMETERS.items()):
        draw_branch(axes, tree, name, "low", f"C{k}", label)
        draw_branch(axes, tree, name, "high", f"C{k}", None)
    cross = crossing(tree, "alpha")
    axes.axvline(cross, color="0.5", lw=0.8, ls="--", label="free entropies cross")
    axes.plot([0.1, 0.1], [0.1, 0.1], "k:", label="replica symmetry broken")
    name_axes(axes, "$\\alpha$", "overlap", "One task: order parameters, both branches")


def draw_branch(
    axes: Any, tree: xr.DataTree, name: str, branch: str, color: str, label: str | None
) -> None:
    """An order parameter on one branch: dotted where replica symmetry is broken."""
    both = both_present(tree)
    values = split(observable(tree, name, "theory").sel(branch=branch), both, branch)
    stability = split(observable(tree, "stability", "theory").sel(branch=branch), both, branch)
    stable = stability.values < 1
    for kept, line, word in ((stable, "-", label), (~stable, ":", None)):
        if kept.any():
            axes.plot(values["alpha"][kept], values[kept], line, color=color, label=word)


def draw_stability(axes: Any, tree: xr.DataTree) -> None:
    """Replicon value of one task on both branches."""
    stability, both = observable(tree, "stability", "theory"), both_present(tree)
    for branch, color in (("low", "C0"), ("high", "C3")):
        one = split(stability.sel(branch=branch), both, branch)
        label = f"{branch} overlap"
        axes.semilogy(one["alpha"], one, ".-", ms=4, lw=1, color=color, label=label, gid=branch)
    axes.axhline(1.0, color="0.5", lw=0.8)
    name_axes(axes, "$\\alpha$", "replicon (AT) value", "One task: stable below 1")


def draw_second_task(axes: Any, tree: xr.DataTree) -> None:
    """Overlap with the second teacher on both branches, and where their free entropies cross."""
    overlap, both = observable(tree, "branch_overlap", "theory"), both_present(tree)
    for k, r0 in enumerate(overlap["task_overlap"].values):
        values, here = overlap.sel(task_overlap=r0), both.sel(task_overlap=r0)
        low = split(values.isel(saddle=0), here, "low")
        high = split(values.isel(saddle=1), here, "high")
        label = f"$r_0$ = {r0:g}"
        axes.plot(low["alpha_2"], low, ".-", ms=4, lw=1, color=f"C{k}", label=label)
        axes.plot(high["alpha_2"], high, ".--", ms=4, lw=1, color=f"C{k}")
        cross = crossing(tree, "alpha_2", task_overlap=r0)
        if cross > 0:
            axes.axvline(cross, color=f"C{k}", lw=0.8, ls=":")
    title = f"Second task, $\\gamma$ = {parameter(tree, 'gamma'):g}"
    name_axes(axes, "$\\alpha_2$", "overlap with teacher 2", title)
