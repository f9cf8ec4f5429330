"""Losses of products: where the sharpness settles, the catapult, and the sparsity of what is
found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import KINDS, finished
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, observable

DOTS, LAW = "#1f5a94", "#c0392b"
FORMULAS = {
    "quadratic": "$(xy-1)^2/2$",
    "quartic": "$(x^2y^2-1)^2/4$",
    "logistic": "$\\frac{1}{2}[\\log(1+e^{xy}) + \\log(1+e^{-xy})]$",
}


def sharpness(course: xr.DataTree, *ends: xr.DataTree) -> Figure:
    """For each loss, a course with the line 2/eta (top) and the end over all steps (bottom)."""
    figure = new_figure(13.0, 7.0)
    panels = figure.subplots(2, 3)
    for column, (kind, end) in enumerate(zip(KINDS, ends, strict=True)):
        draw_course(panels[0, column], course, kind)
        draw_ends(panels[1, column], end, kind)
        panels[0, column].set_title(FORMULAS[kind])
        panels[1, column].set_title(f"{kind}: end of every run")
    panels[0, 0].set_ylabel("sharpness")
    panels[1, 0].set_ylabel("sharpness at the end times $\\eta/2$")
    return figure


def draw_course(axes: Any, tree: xr.DataTree, kind: str) -> None:
    """Sharpness over time in one run."""
    course = observable(tree, "sharpness")
    here = course.isel(case=int(np.flatnonzero(course["loss_kind"].values == kind)[0]))
    eta = float(here["learning_rate"])
    shown = slice(0, {"quadratic": 61}.get(kind, 1501))
    axes.plot(
        here["record"].values[shown],
        here.values[shown],
        "-",
        color=DOTS,
        lw=1,
        gid=f"course:{kind}",
        label=f"descent, $\\eta$ = {eta:g}",
    )
    axes.axhline(2 / eta, color=LAW, lw=1, ls="--", label="$2/\\eta$")
    axes.set(xlabel="update", ylim=(0, 4.4 / eta))  # a first spike may go beyond
    axes.legend(loc="lower right")


def draw_ends(axes: Any, tree: xr.DataTree, kind: str) -> None:
    """eta * sharpness / 2 at the end over eta; the flow's minimum and the edge beside it."""
    ok = finished(tree).values
    eta = observable(tree, "learning_rate").values
    flow = eta * observable(tree, "flow_sharpness", "theory").values / 2
    axes.plot(
        eta[ok],
        observable(tree, "edge_share").values[ok],
        "o",
        ms=4,
        mfc="none",
        color=DOTS,
        label="descent",
        gid=f"ends:{kind}",
    )
    axes.plot(eta, flow, ":", color="0.4", label="where gradient flow ends")
    axes.axhline(1, color=LAW, lw=1, ls="--", label="edge, sharpness $2/\\eta$")
    axes.set(xlabel="learning rate $\\eta$", ylim=(0.4, 1.3))
    axes.legend(loc="lower right" if kind != "quadratic" else "upper right")


def catapult(tree: xr.DataTree, widths: xr.DataTree) -> Figure:
    """Kernel at the end and peak loss over the start's kernel, every draw; peak loss over width."""
    start, ok = observable(tree, "start_eta_kernel"), finished(tree)
    figure = new_figure(13.5, 4.2)
    left, middle, right = figure.subplots(1, 3)
    x = np.broadcast_to(start.values[:, None], ok.shape)[ok.values]
    for axes, name in ((left, "final_eta_kernel"), (middle, "peak_loss")):
        axes.plot(
            x,
            observable(tree, name).values[ok.values],
            ".",
            ms=3,
            color=DOTS,
            gid=name,
            label="every draw, n = 1000",
        )
        axes.axvspan(4, 4.5, color=LAW, alpha=0.15, lw=0, label="diverges")
        axes.axvline(2, color="0.6", ls=":", lw=1)
        axes.set(xlabel="$\\eta\\lambda$ at the start", xlim=(0, 4.5))
    left.plot(
        [0, 2, 4], [0, 2, 2], "--", color=LAW, lw=1, label="bound: lazy, then $\\eta\\lambda < 2$"
    )
    left.set(
        ylabel="$\\eta\\lambda$ at the end", title="Above 2 the kernel falls", ylim=(-0.1, 3.0)
    )
    middle.set(
        ylabel="largest loss", yscale="log", title="The loss first rises to the order of the width"
    )
    peak = observable(widths, "peak_loss")
    for k, begin in enumerate(peak["start_eta_kernel"].values):
        here = peak.sel(start_eta_kernel=begin)
        mean, error = mean_and_error(here)
        right.errorbar(
            here["width"],
            mean,
            error,
            fmt="o-",
            ms=4,
            lw=1,
            color=f"C{k}",
            label=f"$\\eta\\lambda$ = {begin:g} at the start",
        )
    width = peak["width"].values
    right.plot(width, 0.1 * width, ":", color="0.4", lw=1, label="proportional to n")
    right.set(
        xlabel="width n",
        ylabel="mean largest loss",
        xscale="log",
        yscale="log",
        title="Lazy runs do not see the width",
    )
    for axes in (left, middle, right):
        axes.legend(loc="upper left")
    return figure


def sparsity(stochastic: xr.DataTree, full: xr.DataTree) -> Figure:
    """l1 norm of the solution over the learning rate, data set by data set, less that of the
    smallest rate.
    """
    figure = new_figure(9.5, 4.2)
    sides = (
        ("stochastic", stochastic, "SGD, one sample an update"),
        ("full", full, "full batch"),
    )
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, tree, title) in zip(panels, sides, strict=True):
        norm = observable(tree, "final_l1_norm")
        change = norm - norm.isel(learning_rate=0)
        for k in range(change.sizes["replica"]):
            axes.plot(
                change["learning_rate"],
                change.isel(replica=k),
                "-",
                color="0.75",
                lw=0.8,
                gid=f"{name}:{k}",
                label="one data set" if k == 0 else None,
            )
        mean, error = mean_and_error(change)
        axes.errorbar(
            mean["learning_rate"],
            mean,
            error,
            fmt="o-",
            ms=4,
            color=DOTS,
            label="mean and standard error",
        )
        axes.axhline(0, color="0.3", lw=0.8)
        axes.set(xlabel="learning rate $\\eta$", title=title)
        axes.legend(loc="best")
    figure.axes[0].set_ylabel("$|\\beta|_1$ less that at the smallest $\\eta$")
    return figure
