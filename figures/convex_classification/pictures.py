"""Pictures of convex classification."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.convex_classification.evidence import bias_and_spread, curve
from toysim.papers.drawing import draw_means, line, new_figure
from toysim.papers.lines import theory_curve
from toysim.papers.reading import observable, parameter, sides

MARKERS = "osD^"


LOSSES = ("square", "logistic", "hinge", "hard_margin")


def curves(tree: xr.DataTree, runs: xr.DataTree) -> Figure:
    """Error over samples, log-log, a colour a loss."""
    figure = new_figure()
    axes = figure.subplots()
    draws = observable(runs, "error").transpose("tuned", "replica")
    for k, name in enumerate(LOSSES):
        alpha, error = curve(tree, name)
        line(axes, alpha, error, tag=name, color=f"C{k}", label=name.replace("_", " "))
        some = draws.isel(tuned=draws["loss"].values == name)
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none", "ms": 4}
        if some.sizes["tuned"]:
            draw_means(axes, some["sample_ratio"].values, some, **look)
    for of, dash in (("bayes_error", "--"), ("gibbs_error", "-.")):
        alpha, best = curve(tree, "logistic", of)
        axes.plot(alpha, best, dash, color="k", lw=1, label=of.removesuffix("_error").title())
    axes.set(xscale="log", yscale="log", xlabel="samples per input", ylabel="error")
    axes.set_xticks([0.5, 1, 3, 10, 30], ["0.5", "1", "3", "10", "30"])
    axes.minorticks_off()
    axes.set_title("Losses at their best penalty")
    axes.legend()
    return figure


def noise(tree: xr.DataTree) -> Figure:
    """Error over Bayes' by samples, a colour a loss."""
    figure = new_figure()
    axes = figure.subplots()
    draws = observable(tree, "error").transpose("tuned", "replica")
    for k, name in enumerate(("square", "logistic", "hinge", "probit")):
        alpha, error = curve(tree, name)
        _, best = curve(tree, name, "bayes_error")
        line(axes, alpha, error / best, tag=name, color=f"C{k}", label=name)
        some = draws.isel(tuned=draws["loss"].values == name)
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none", "ms": 4}
        shift = 1.0 + 0.03 * (k - 1.5)  # error bars side by side
        draw_means(axes, shift * alpha, some / best[:, None], **look)
    axes.axhline(1.0, color="0.6", ls=":", lw=1, zorder=0)
    axes.set(xscale="log", xlabel="samples per input", ylabel="error over Bayes'")
    axes.set_xticks([0.5, 1, 2, 3, 5, 8], ["0.5", "1", "2", "3", "5", "8"])
    axes.minorticks_off()
    axes.set_title("Noisy labels, losses at their best penalty")
    axes.legend()
    return figure


def penalties(tree: xr.DataTree) -> Figure:
    """Error over the penalty, a colour a number of samples."""
    figure = new_figure()
    axes = figure.subplots()
    error, law = sides(tree, "error")
    for k, alpha in enumerate(law["sample_ratio"].values):
        draws = error.sel(sample_ratio=alpha).transpose("penalty", "replica")
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none"}
        draw_means(axes, law["penalty"], draws, label=f"n/d = {alpha:g}", **look)
        line(axes, law["penalty"], law.sel(sample_ratio=alpha), color=f"C{k}")
    axes.axvline(math.pi / 2.0 - 1.0, color="0.6", ls=":", lw=1, zorder=0)
    axes.set(xscale="log", xlabel="penalty", ylabel="error")
    axes.set_title("Square loss: one best penalty")
    axes.legend(loc="center left")
    return figure


def vanishing(tree: xr.DataTree, limit: xr.DataTree) -> Figure:
    """Error over the penalty, a colour a loss, and that of the largest margin."""
    figure = new_figure()
    axes = figure.subplots()
    error, law = sides(tree, "error")
    for k, loss in ((1, "logistic"), (2, "hinge")):
        draws = error.sel(loss=loss).transpose("penalty", "replica")
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none", "ms": 4}
        draw_means(axes, law["penalty"], draws, label=loss, **look)
        line(axes, law["penalty"], law.sel(loss=loss), tag=loss, color=f"C{k}")
    known = observable(limit, "error", "theory")
    hard = known[known["loss"].values == "hard_margin"].item()
    axes.axhline(hard, color="0.3", ls="--", lw=1, label="largest margin")
    axes.set(xscale="log", xlabel="penalty", ylabel="error", title="Small penalties")
    axes.legend()
    return figure


def threshold(tree: xr.DataTree, cover: xr.DataTree) -> Figure:
    """Share of separable draws over samples in units of alpha*, and of random labels by d."""
    figure = new_figure()
    axes, right = figure.subplots(1, 2, sharey=True)
    draws = observable(tree, "separable").transpose("labels", "replica")
    star = observable(tree, "critical_ratio", "theory").values
    teachers = draws["teacher"].values
    for k, name in enumerate(dict.fromkeys(teachers.tolist())):
        at = np.flatnonzero(teachers == name)
        ratio = draws["sample_ratio"].values[at] / star[at]
        order = np.argsort(ratio)
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k] + "-", "mfc": "none", "lw": 0.8}
        draw_means(axes, ratio[order], draws.isel(labels=at[order]), label=name, **look)
    axes.axvline(1.0, color="0.6", ls=":", lw=1, zorder=0)
    axes.set(xlabel="samples over threshold", ylabel="share separable", ylim=(-0.03, 1.03))
    axes.set_title("Separable up to a threshold")
    axes.legend()
    draws, law = sides(cover, "separable")
    for k, d in enumerate(law["dimension"].values):
        some = draws.sel(dimension=d).transpose("sample_ratio", "replica")
        look = {"color": f"C{k + 4}", "fmt": MARKERS[k], "mfc": "none"}
        draw_means(right, law["sample_ratio"], some, label=f"d = {d}", **look)
        line(right, law["sample_ratio"], law.sel(dimension=d), tag=str(d), color=f"C{k + 4}")
    right.axvline(2.0, color="0.6", ls=":", lw=1, zorder=0)
    right.set(xlabel="samples per input", title="Random labels")
    right.legend()
    return figure


def likelihood(tree: xr.DataTree) -> Figure:
    """Bias and spread over parameters per sample."""
    figure = new_figure()
    panels = figure.subplots(1, 2)
    names, rho = ("overlap", "self_overlap"), parameter(tree, "signal")
    m, q = (observable(tree, name) for name in names)
    laws = [theory_curve(tree, name, "sample_ratio", beyond=True) for name in names]
    found, known = bias_and_spread(m, q, rho), bias_and_spread(laws[0][1], laws[1][1], rho)
    ratio = laws[0][0]
    share = 1.0 / found[0]["sample_ratio"].values
    for axes, draws, law, name in zip(panels, found, known, ("bias", "spread"), strict=True):
        draw_means(axes, share, draws.transpose("sample_ratio", "replica"), mfc="none")
        line(axes, 1.0 / ratio, law, color="k")
        axes.set(xlabel="parameters per sample d/n", ylabel=name)
        axes.set_title(f"Maximum likelihood: {name}")
    panels[0].axhline(1.0, color="0.6", ls=":", lw=1)
    return figure
