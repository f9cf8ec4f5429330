"""Losses of products: where the sharpness settles, the catapult, and the sparsity of what is
found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import KINDS, catapult_range, finished
from toysim.papers.drawing import BLUE, RED, draw_landmark, draw_means, new_figure, points
from toysim.papers.reading import ended, observable, parameter

FORMULAS = {
    "quadratic": "$(xy-1)^2/2$",
    "quartic": "$(x^2y^2-1)^2/4$",
    "logistic": "$\\frac{1}{2}[\\log(1+e^{xy}) + \\log(1+e^{-xy})]$",
}


def sharpness(courses: xr.DataTree, *ends: xr.DataTree) -> Figure:
    """For each loss, a course with the line 2/eta (top) and the end over all steps (bottom)."""
    figure = new_figure()
    panels = figure.subplots(2, 3)
    for (above, below), kind, tree in zip(panels.T, KINDS, ends, strict=True):
        draw_course(above, courses, kind)
        draw_ends(below, tree, kind)
        above.set_title(FORMULAS[kind])
        below.set_title(f"{kind}: end of every run")
    panels[0, 0].set_ylabel("sharpness")
    panels[1, 0].set_ylabel("sharpness at the end times $\\eta/2$")
    return figure


def draw_course(axes: Any, tree: xr.DataTree, kind: str) -> None:
    """Sharpness over time in one run."""
    course = observable(tree, "sharpness")
    here = course.isel(case=int(np.flatnonzero(course["loss_kind"].values == kind)[0]))
    eta = float(here["learning_rate"])
    here = here.isel(record=slice(61 if kind == "quadratic" else 1501))
    label = f"descent, $\\eta$ = {eta:g}"
    axes.plot(here["record"], here, "-", color=BLUE, lw=1, gid=f"course:{kind}", label=label)
    axes.axhline(2 / eta, color=RED, lw=1, ls="--", label="$2/\\eta$")
    axes.set(xlabel="update", ylim=(0, 4.4 / eta))  # a first spike may go beyond
    axes.legend(loc="lower right")


def draw_ends(axes: Any, tree: xr.DataTree, kind: str) -> None:
    """eta * sharpness / 2 at the end over eta; the flow's minimum and the edge beside it."""
    ok = finished(tree).values
    flow = observable(tree, "flow_sharpness", "theory")
    eta = flow["learning_rate"].values
    share = observable(tree, "edge_share").values[ok]
    points(axes, eta[ok], share, f"ends:{kind}", ms=4, color=BLUE, label="descent")
    axes.plot(eta, eta * flow / 2, ":", color="0.4", label="where gradient flow ends")
    axes.axhline(1, color=RED, lw=1, ls="--", label="edge, sharpness $2/\\eta$")
    axes.set(xlabel="learning rate $\\eta$", ylim=(0.4, 1.3))
    axes.legend(loc="lower right" if kind != "quadratic" else "upper right")


def catapult(tree: xr.DataTree, widths: xr.DataTree) -> Figure:
    """Kernel at the end and peak loss over the start's kernel, every draw; peak loss over width."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    draw_kernel(left, tree)
    draw_draws(middle, tree, "peak_loss")
    middle.set(ylabel="largest loss", yscale="log")
    middle.set_title("The loss first rises to the order of the width")
    draw_widths(right, ended(widths, "peak_loss"))
    for axes in (left, middle, right):
        axes.legend(loc="upper left")
    return figure


def draw_kernel(axes: Any, tree: xr.DataTree) -> None:
    """The kernel at the end of every draw, with its bound."""
    draw_draws(axes, tree, "final_eta_kernel")
    label = "bound: lazy, then $\\eta\\lambda < 2$"
    begins, ends = map(float, catapult_range())
    axes.plot([0, begins, ends], [0, begins, begins], "--", color=RED, lw=1, label=label)
    axes.set(ylabel="$\\eta\\lambda$ at the end", ylim=(-0.1, 3.0))
    axes.set_title("Above 2 the kernel falls")


def draw_draws(axes: Any, tree: xr.DataTree, name: str) -> None:
    """An observable of every draw that ended over the start's kernel."""
    values, ok = observable(tree, name), finished(tree).values
    x = np.broadcast_to(values["start_eta_kernel"].values[:, None], ok.shape)[ok]
    label = f"every draw, n = {parameter(tree, 'width')}"
    axes.plot(x, values.values[ok], ".", ms=3, color=BLUE, gid=name, label=label)
    begins, ends = catapult_range()
    axes.axvspan(float(ends), 4.5, color=RED, alpha=0.15, lw=0, label="diverges")
    draw_landmark(axes, begins, zorder=2)
    axes.set(xlabel="$\\eta\\lambda$ at the start", xlim=(0, 4.5))


def draw_widths(axes: Any, peak: xr.DataArray) -> None:
    """Mean peak loss over the width, a colour a start."""
    width = peak["width"]
    for k, start in enumerate(peak["start_eta_kernel"].values):
        draws = peak.sel(start_eta_kernel=start).transpose("width", "replica")
        label = f"$\\eta\\lambda$ = {start:g} at the start"
        how: dict[str, Any] = {"fmt": "o-", "ms": 4, "lw": 1, "color": f"C{k}"}
        draw_means(axes, width, draws, label=label, **how)
    axes.plot(width, 0.1 * width, ":", color="0.4", lw=1, label="proportional to n")
    axes.set(xlabel="width n", ylabel="mean largest loss", xscale="log", yscale="log")
    axes.set_title("Lazy runs do not see the width")


def sparsity(stochastic: xr.DataTree, full: xr.DataTree) -> Figure:
    """l1 norm of the solution over the learning rate, data set by data set, less that of the
    smallest rate.
    """
    figure = new_figure()
    left, right = figure.subplots(1, 2, sharey=True)
    draw_norms(left, stochastic, "stochastic")
    draw_norms(right, full, "full")
    left.set_ylabel("$|\\beta|_1$ less that at the smallest $\\eta$")
    left.set_title("SGD, one sample an update")
    right.set_title("full batch")
    return figure


def draw_norms(axes: Any, tree: xr.DataTree, name: str) -> None:
    """Change of the l1 norm, every data set in grey, and their mean."""
    norm = observable(tree, "final_l1_norm")
    change = norm - norm.isel(learning_rate=0)
    eta = change["learning_rate"]
    for k in range(change.sizes["replica"]):
        label = None if k else "one data set"
        one = change.isel(replica=k)
        axes.plot(eta, one, "-", color="0.75", lw=0.8, gid=f"{name}:{k}", label=label)
    label = "mean and standard error"
    draws = change.transpose("learning_rate", "replica")
    draw_means(axes, eta, draws, fmt="o-", ms=4, color=BLUE, label=label)
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set(xlabel="learning rate $\\eta$")
    axes.legend(loc="best")
