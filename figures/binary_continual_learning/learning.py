"""The learner of arXiv:2212.02846: courses, ends over the number of patterns, relaxation,
forgetting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning.reading import APART, ERROR, coexistence, epochs
from toysim.papers.drawing import name_axes, new_figure, note_counts
from toysim.papers.reading import entered, observable, parameter, reached_or_later


def on_the_theory(errors: xr.DataArray) -> xr.DataArray:
    """Errors of descent on one task if they were those of the theory at beta = 20."""
    alpha = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)
    error = (0.459, 0.427, 0.376, 0.337, 0.306, 0.283, 0.262, 0.253, 0.244, 0.235, 0.227, 0.219)
    return 0 * errors + errors["alpha_1"].copy(data=np.interp(errors["alpha_1"], alpha, error))


def courses(learning: xr.DataTree, switch: xr.DataTree) -> Figure:
    """Figures 1a, 1b, 1c: error on one task; errors on both tasks across the switch."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    title = "One task: mean, and smallest to largest of the runs"
    draw_courses(left, learning, "error_1_course", "alpha_1", title, xlim=(0, 150))
    for axes, task in ((middle, 1), (right, 2)):
        title = f"Error on task {task}, switched at the dotted line"
        draw_courses(axes, switch, f"error_{task}_course", "alpha_2", title)
        axes.axvline(parameter(switch, "epochs_1"), color="0.5", lw=0.8, ls=":")
    return figure


def draw_courses(
    axes: Any, tree: xr.DataTree, name: str, load: str, title: str, **limits: Any
) -> None:
    """Mean over replicas with the band from the smallest to the largest."""
    course = observable(tree, name)
    symbol = load.removesuffix("_1")
    for k, value in enumerate(course[load].values):
        one, epoch = (v.isel({course[load].dims[0]: k}) for v in (course, epochs(tree)))
        low, high = one.min("replica"), one.max("replica")
        axes.fill_between(epoch, low, high, color=f"C{k}", alpha=0.2, lw=0)
        label = f"$\\{symbol}$ = {value:g}{entered(one)}"
        mean = one.mean("replica")
        axes.plot(epoch, mean, color=f"C{k}", label=label, gid=f"{name}:{value:g}")
    name_axes(axes, "epoch", ERROR, title, ylim=(-0.01, 0.56), **limits)


def draw_points(
    axes: Any, tree: xr.DataTree, name: str, x: str, color: str, label: str, **at: Any
) -> None:
    """Mean and standard deviation of descent's ends, as in the paper."""
    ends = observable(tree, name).sel(at)
    mean, spread = ends.mean("replica"), ends.std("replica", ddof=1)
    axes.errorbar(ends[x], mean, spread, fmt="o", ms=4, mfc="none", color=color, label=label)
    note_counts(axes, ends[x], mean, ends)


def draw_relaxation(axes: Any, tree: xr.DataTree) -> None:
    """Median relaxation time with its quartiles, those of runs that never relaxed as later than
    any, and where the theory has two branches.
    """
    time = observable(tree, "relaxation_time")
    quartiles = reached_or_later(time).quantile([0.25, 0.5, 0.75], "replica", method="inverted_cdf")
    low, middle, high = quartiles.where(np.isfinite(quartiles))
    bars = [middle - low, (high - middle).fillna(0.0)]
    look = {"fmt": "o", "ms": 4, "mfc": "none", "color": "k"}
    axes.errorbar(time["alpha_1"], middle, bars, label="descent", **look)
    note_counts(axes, time["alpha_1"], middle, time)


def draw_theory(axes: Any, tree: xr.DataTree, name: str, x: str, color: str, **at: Any) -> None:
    """Replica-symmetric lines: reached from overlap 0 (solid), and from the teacher where that
    differs (dashed).

    Crosses: replica symmetry is broken there.
    """
    values, stability = (observable(tree, which, "theory").sel(at) for which in (name, "stability"))
    low, high = values.sel(branch="low"), values.sel(branch="high")
    for curve, line in ((low, "-"), (high.where(np.abs(high - low) > APART), "--")):
        known = curve[np.isfinite(curve.values)]
        gid = f"theory:{name}:{line}:{sorted(at.items())}"
        axes.plot(known[x], known, line, color=color, lw=1, gid=gid)
        broken = known[(stability.sel({"branch": known["branch"], x: known[x]}) >= 1.0).values]
        if broken.size:
            axes.plot(broken[x], broken, "x", ms=5, color=color, lw=0, gid=f"{gid}:broken")


def one_task(
    descent: xr.DataTree,
    relaxation: xr.DataTree,
    free: xr.DataTree,
    ramped: xr.DataTree,
    theory: xr.DataTree,
    uncertainty: xr.DataTree,
) -> Figure:
    """Figures 2b, 2c, 2d: error, relaxation time, error over the self-overlap."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    draw_ends(left, descent, theory, "One task: descent's end (bars: s.d. of runs)")
    draw_relaxation(middle, relaxation)
    middle.axvspan(*coexistence(theory), color="0.9", label="two branches of the theory")
    title = "Relaxation time: median and quartiles"
    name_axes(middle, "$\\alpha$", "epochs until the error is steady", title)
    middle.legend(loc="upper left")
    draw_over_overlap(right, free, "C0", "descent, Q free")
    draw_over_overlap(right, ramped, "C1", "descent, Q raised slowly")
    exact = observable(uncertainty, "error", "theory")
    label = "theory, Q fixed, $\\beta$ = 5"
    right.plot(exact["target_self_overlap"], exact, color="C3", lw=1, label=label, gid="theory")
    limits = {"xlim": (0.7, 1.0), "ylim": (-0.005, 0.16)}
    name_axes(right, "self-overlap Q", ERROR, "Error over Q, $\\alpha$ = 2", **limits)
    return figure


def draw_ends(axes: Any, descent: xr.DataTree, theory: xr.DataTree, title: str) -> None:
    """Descent's ends on one task and the theory's error, over the number of patterns."""
    draw_theory(axes, theory, "error", "alpha", "C3")
    draw_points(axes, descent, "error_1", "alpha_1", "k", "descent")
    name_axes(axes, "$\\alpha$", ERROR, title)


def draw_over_overlap(axes: Any, tree: xr.DataTree, color: str, label: str) -> None:
    """Mean error over mean self-overlap, record by record."""
    names = ("self_overlap_course", "error_1_course")
    Q, error = (observable(tree, name).mean("replica") for name in names)
    axes.plot(Q, error, ".-", ms=4, lw=0.8, color=color, label=label, gid=label)


def forgetting(
    strong: xr.DataTree, weak: xr.DataTree, strong_theory: xr.DataTree, weak_theory: xr.DataTree
) -> Figure:
    """Figures 3a to 3d: both errors over the second task's patterns, strong and weak divergence."""
    figure = new_figure()
    panels = figure.subplots(2, 2)
    draw_both_tasks(panels[0], strong, strong_theory, "$\\gamma$ = 1")
    draw_both_tasks(panels[1], weak, weak_theory, "$\\gamma$ = 0.1")
    for axes in panels[1]:
        axes.set_xscale("log")
    panels[0, 0].legend()
    return figure


def draw_both_tasks(panels: Any, tree: xr.DataTree, exact: xr.DataTree, words: str) -> None:
    """Descent's ends and the theory's branches for every overlap of the teachers, task 2 first."""
    for axes, task in zip(panels, (2, 1), strict=True):
        name = f"error_{task}"
        for k, r0 in enumerate(observable(tree, name)["task_overlap"].values):
            label = f"descent, $r_0$ = {r0:g}"
            draw_points(axes, tree, name, "alpha_2", f"C{k}", label, task_overlap=r0)
            draw_theory(axes, exact, name, "alpha_2", f"C{k}", task_overlap=r0)
        axes.set(xlabel="$\\alpha_2$", ylabel=ERROR, ylim=(-0.02, 0.72))
        axes.set_title(f"Task {task}, {words}")


def appendix(
    one_task: xr.DataTree,
    two_tasks: xr.DataTree,
    imperfect: xr.DataTree,
    one_task_theory: xr.DataTree,
    two_tasks_theory: xr.DataTree,
) -> Figure:
    """One task and then another, the first learned with a prior (A1a to A1c), or from too few
    patterns (A1d).
    """
    figure = new_figure()
    first, *both, last = figure.subplots(2, 2).ravel()
    draw_ends(first, one_task, one_task_theory, "One task, learned with a prior")
    draw_both_tasks(both, two_tasks, two_tasks_theory, "task 1 learned with a prior")
    both[0].legend()
    for k, task in enumerate((1, 2)):
        draw_points(last, imperfect, f"error_{task}", "alpha_2", f"C{k}", f"descent, task {task}")
    name_axes(last, "$\\alpha_2$", ERROR, "Task 1 half learned, $\\alpha_1$ = 1.4")
    return figure
