"""Figures of the order of difficulty."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.curricula.reading import CYCLES, end, last, place
from toysim.papers.drawing import line, name_axes, new_figure
from toysim.papers.reading import mean_and_error, observable, runs

ORDERS = {
    "easy_first": ("easy first", "C0"),
    "mixed": ("mixed", "C1"),
    "hard_first": ("hard first", "C2"),
    "hard": ("hard alone", "C3"),
    "optimal": ("best", "k"),
}


def _means(axes: Any, x: Any, draws: xr.DataArray, color: str, **look: Any) -> None:
    mean, error = mean_and_error(draws)
    axes.errorbar(x, mean, error, fmt="o", ms=3, mfc="none", color=color, **look)


def orders(tree: xr.DataTree) -> Figure:
    """Both errors over alpha of the first setting."""
    figure = new_figure()
    for axes, name in zip(figure.subplots(1, 2), ("error_hard", "error_easy"), strict=True):
        draws, exact = (observable(tree, name, s).isel(setting=1) for s in ("simulation", "theory"))
        alpha = observable(tree, "update", "theory").isel(setting=1, order=0) / 1000.0
        for order in ("easy_first", "mixed", "hard_first", "hard"):
            at, (label, color) = place(draws, "order", order), ORDERS[order]
            line(axes, alpha, exact.isel(order=at), order, color=color, label=label)
            _means(axes, alpha[::5], draws.isel(order=at, record=slice(None, None, 5)), color)
        title = f"Tested on {name.removeprefix('error_')} examples"
        name_axes(axes, r"examples per dimension $\alpha$", "error", title)
    return figure


def finite_size(tree: xr.DataTree) -> Figure:
    """Error less that of infinite d over 1/d."""
    figure = new_figure()
    axes = figure.subplots()
    draws, exact = last(runs(tree, "error_hard")), end(tree, "error_hard", "theory")
    size = exact["n_relevant"] + exact["n_irrelevant"]
    limit = end(tree, "error_limit", "theory")
    _means(axes, 1.0 / size, draws - limit, "C0", label="runs")
    line(axes, 1.0 / size, exact - limit, color="C3", label="exact means and fluctuations")
    title = "Easy first, by the dimension"
    name_axes(axes, "1/d", "error less that of d infinite", title)
    return figure


def optimal(tree: xr.DataTree) -> Figure:
    """Errors over the rate; the best profile's switching function along the run at one."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    limit, draws = end(tree, "error_limit", "theory"), last(runs(tree, "error_test"))
    for order in ("easy_first", "mixed", "hard_first", "optimal"):
        at, (label, color) = place(limit, "order", order), ORDERS[order]
        base = limit.isel(order=place(limit, "order", "optimal"))
        line(
            left,
            limit["learning_rate"],
            limit.isel(order=at) - base,
            order,
            color=color,
            label=label,
        )
        _means(left, limit["learning_rate"], draws.isel(order=at) - base, color)
    name_axes(left, r"learning rate $\eta$", "error above the best", "What an order costs")
    phi = observable(tree, "switching_function", "theory").isel(record=slice(1, None))
    best = place(phi, "order", "optimal")
    gone = np.arange(1, phi.sizes["record"] + 1) / phi.sizes["record"]
    for k, color in zip((1, 2, 3), ("C0", "C1", "C2"), strict=True):
        rate = float(phi["learning_rate"][k])
        curve = phi.isel(learning_rate=k, order=best)
        line(right, gone, curve, f"{rate:g}", color=color, label=rf"$\eta$ = {rate:g}")
    name_axes(right, "share of the run", "switching function", "Slope of the error, best order")
    return figure


def phase_map(tree: xr.DataTree) -> Figure:
    """Which order is the best over rho and the rate, for both lengths."""
    figure = new_figure()
    colors = ("#f2f2f2", "#c9d8ea", "#1f5a94", "#c0392b")
    labels = ("diverges", "neither: a mixture between", "easy first", "hard first")
    panels = figure.subplots(1, 2, sharey=True)
    for k, axes in enumerate(panels):
        easy, hard, limit = (
            observable(tree, name, "theory").isel(examples_per_dimension=k)
            for name in ("easy_first_is_optimal", "hard_first_is_optimal", "rate_limit")
        )
        kind = (1 + 2 * (hard > 0.5)).where(~(easy > 0.5), 2)
        kind = kind.where(easy["learning_rate"] < limit, 0)
        kind = kind.transpose("share", "learning_rate")
        rho = kind["n_relevant"] / (kind["n_relevant"] + kind["n_irrelevant"])
        x, y = xr.broadcast(rho, kind["learning_rate"])
        for value, (color, label) in enumerate(zip(colors, labels, strict=True)):
            here = (kind == value).values
            axes.plot(x.values[here], y.values[here], "s", ms=5, color=color, label=label)
        alpha = float(easy["examples_per_dimension"])
        axes.set(xlabel=r"relevant share $\rho$", title=rf"Best order, $\alpha$ = {alpha:g}")
    panels[0].set_ylabel(r"learning rate $\eta$")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def cyclical(tree: xr.DataTree) -> Figure:
    """Cyclic sizes less a mixture, and less the same share held constant."""
    figure = new_figure()
    draws = last(runs(tree, "error_test")).isel(examples_per_dimension=0)
    limit = end(tree, "error_limit", "theory").isel(examples_per_dimension=0)
    panels = figure.subplots(1, 2)
    titles = {
        "mixed": "Cyclic sizes less a mixture",
        "constant": "... less the same share, constant",
    }
    for axes, (other, title) in zip(panels, titles.items(), strict=True):
        for k, start in enumerate(limit["start_irrelevant"].values):
            at, label = {"start_irrelevant": k}, rf"$Q_i(0)$ = {start:g}"
            exact = limit.isel(at).isel(how=CYCLES["cyclical"]) - limit.isel(at).isel(
                how=CYCLES[other]
            )
            drawn = draws.isel(at).isel(how=CYCLES["cyclical"]) - draws.isel(at).isel(
                how=CYCLES[other]
            )
            line(axes, exact["learning_rate"], exact, f"{start:g}", color=f"C{k}", label=label)
            _means(axes, exact["learning_rate"] + 0.03 * (k - 1), drawn, f"C{k}")  # side by side
        axes.axhline(0.0, color="0.6", lw=0.8, zorder=0)
        axes.set(xlabel=r"learning rate $\eta$", ylabel="difference of the error", title=title)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def cycles(tree: xr.DataTree) -> Figure:
    """Error above that of a mixture over the number of cycles."""
    figure = new_figure()
    axes = figure.subplots()
    limit, draws = end(tree, "error_limit", "theory"), last(runs(tree, "error_test"))
    n, mixed = limit["n_cycles"][:-1], limit[-1]
    line(axes, n, mixed - limit[:-1], color="C3", label="d infinite")
    _means(axes, n, mixed - draws.isel(how=slice(0, -1)), "C0", label="runs")
    axes.plot(n, float((mixed - limit[-2]) * n[-1]) / n, "--", color="k", lw=0.8, label="1/cycles")
    axes.set(xscale="log", yscale="log")
    name_axes(
        axes, "cycles, each easy then hard", "mixed less cyclic, error", "Cycling is averaging"
    )
    return figure
