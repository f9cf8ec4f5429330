"""Figures of the order of training."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.training_order.evidence import ESTIMATES
from toysim.papers.drawing import draw_landmark, line, new_figure, points
from toysim.papers.reading import landmark, observable, parameter


def effect(tree: xr.DataTree) -> Figure:
    """Variance over orders by the step, of three data sets."""
    figure = new_figure()
    axes = figure.subplots()
    square, law = (observable(tree, "order_square", side) for side in ("simulation", "theory"))
    eta = square["learning_rate"]
    for k in range(3):
        points(axes, eta, square.isel(data_draw=k), f"{k}", color=f"C{k}")
        leading = law.isel(data_draw=k, learning_rate=0) * (eta / eta[0]) ** 4
        line(axes, eta, leading, f"{k}", color=f"C{k}", label=f"data set {k}")
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="variance over orders")
    axes.margins(y=0.08)
    axes.set_title("What orders change")
    axes.legend(loc="upper left")
    return figure


def estimates(tree: xr.DataTree) -> Figure:
    """Distances of estimates by the step."""
    figure = new_figure()
    axes = figure.subplots()
    error = observable(tree, "estimate_error").mean("replica")
    eta = error["learning_rate"]
    for k, name in enumerate(ESTIMATES):
        if name != "first":
            label = name.replace("_", " ")
            axes.plot(eta, error.isel(estimate=k), "o-", ms=3, lw=1, label=label, gid=name)
    for k, power in ((0, 2), (4, 3)):
        one = float(error.isel(estimate=k, learning_rate=0))
        axes.plot(eta, 0.6 * one * (eta / eta[0]) ** power, "--", lw=0.8, color="k")
    axes.set(xscale="log", yscale="log", xlabel="1000 x learning rate", ylabel="distance")
    axes.set(ylim=(None, 1.0), title="Estimates of a new order")
    axes.set_xticks(eta.values, [f"{1e3 * v:g}" for v in eta.values])
    axes.minorticks_off()
    axes.legend(loc="upper left", ncols=2, columnspacing=1.0, handlelength=1.5)
    return figure


def position(tree: xr.DataTree) -> Figure:
    """Memorisation by position."""
    figure = new_figure()
    axes = figure.subplots()
    seen = observable(tree, "memorisation").mean("replica")
    law = observable(tree, "memorisation", "theory")
    for k, eta in enumerate(seen["learning_rate"].values):
        at = np.arange(seen.sizes["position"])
        points(axes, at, seen.sel(learning_rate=eta), f"{eta}", color=f"C{k}")
        line(axes, at, law.sel(learning_rate=eta), color=f"C{k}", label=f"step {eta:g}")
    axes.set(xlabel="position in the order", ylabel="test less own loss", ylim=(0, 0.4))
    axes.set_title("Late samples are memorised")
    axes.legend(loc="upper left", ncols=2)
    return figure


def crosstalk(tree: xr.DataTree) -> Figure:
    """Crosstalk over interventions a weight."""
    figure = new_figure()
    axes = figure.subplots()
    seen = observable(tree, "crosstalk_square").mean("replica") ** 0.5
    law = observable(tree, "crosstalk_square", "theory") ** 0.5
    for k, d in enumerate(seen["dimension"].values):
        share = seen["n_interventions"] / d
        points(axes, share, seen.sel(dimension=d), f"{d}", color=f"C{k}")
        line(axes, share, law.sel(dimension=d), f"{d}", color=f"C{k}", label=f"{d} weights")
    kappa = parameter(tree, "strength")
    few = np.geomspace(0.005, 1.0, 20)
    axes.plot(few, kappa * np.sqrt(few), "--", lw=0.8, color="k")
    mark = landmark("continual.interventions", "saturated_crosstalk", strength=kappa)
    draw_landmark(axes, mark, along="y")
    axes.set(xscale="log", yscale="log", xlabel="interventions a weight M/d")
    axes.set(ylabel="root mean square crosstalk", ylim=(0.02, 1.0), title="Many facts in one run")
    axes.legend(loc="lower right")
    return figure
