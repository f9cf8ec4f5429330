"""Pictures of convex classification."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.convex_classification.evidence import bias_and_spread, curve
from toysim.papers.drawing import draw_means, line, new_figure
from toysim.papers.reading import observable, parameter, sides

MARKERS = "osD^"


def curves(tree: xr.DataTree) -> Figure:
    """Error over samples, log-log, a colour a loss."""
    figure = new_figure()
    axes = figure.subplots()
    for k, name in enumerate(("square", "logistic", "hinge", "hard_margin")):
        alpha, error = curve(tree, name)
        label = name.replace("_", " ")
        line(axes, alpha, error, tag=name, marker=MARKERS[k], ms=4, color=f"C{k}", label=label)
    alpha, bayes = curve(tree, "logistic", "bayes_error")
    axes.plot(alpha, bayes, "k--", lw=1, label="Bayes")
    axes.set(xscale="log", yscale="log", xlabel="samples per input", ylabel="error")
    axes.set_xticks([1, 3, 10, 30], ["1", "3", "10", "30"])
    axes.minorticks_off()
    axes.set_title("Losses at their best penalty")
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


def threshold(tree: xr.DataTree) -> Figure:
    """Share of separable draws over samples in units of alpha*."""
    figure = new_figure()
    axes = figure.subplots()
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
    return figure


def likelihood(tree: xr.DataTree) -> Figure:
    """Bias and spread over parameters per sample."""
    figure = new_figure()
    panels = figure.subplots(1, 2)
    (m, law_m), (q, law_q) = sides(tree, "overlap"), sides(tree, "self_overlap")
    rho = parameter(tree, "signal")
    found, known = bias_and_spread(m, q, rho), bias_and_spread(law_m, law_q, rho)
    share = 1.0 / law_m["sample_ratio"].values
    for axes, draws, law, name in zip(panels, found, known, ("bias", "spread"), strict=True):
        draw_means(axes, share, draws.transpose("sample_ratio", "replica"), mfc="none")
        line(axes, share, law, color="k")
        axes.set(xlabel="parameters per sample d/n", ylabel=name)
        axes.set_title(f"Maximum likelihood: {name}")
    panels[0].axhline(1.0, color="0.6", ls=":", lw=1)
    return figure
