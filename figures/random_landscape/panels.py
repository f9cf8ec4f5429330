"""Figures of random landscapes."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.random_landscape.evidence import RUGGED, kesten
from toysim.figures.random_landscape.reading import by_batch, mean_distance, of_kind, updates
from toysim.papers.drawing import draw_means, line, name_axes, new_figure
from toysim.papers.reading import observable


def growth(tree: xr.DataTree, walkers: xr.DataTree) -> Figure:
    """sqrt(E|x|) over ln t; walkers on four landscapes."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    t = updates(tree)
    for k, name in enumerate(RUGGED):
        root = np.sqrt(of_kind(mean_distance(tree), name))
        left.plot(t, root, "o-", ms=3, mfc="none", color=f"C{k}", label=name)
        law = root[-1].item() + kesten(name) * np.log(t[4:] / t[-1])
        left.plot(t[4:], law, "--", color=f"C{k}", gid=f"landmark:{name}")
    left.set(xscale="log")
    name_axes(left, "updates t", r"$\sqrt{E|x|}$ (dashed: Kesten)", "Random landscapes")
    draws, law = (observable(walkers, "distance", side) for side in ("simulation", "theory"))
    t = updates(walkers)
    for k in range(draws.sizes["landscape"]):
        label, exact = ("walkers", "exact") if k == 0 else (None, None)
        one = draws.isel(landscape=k)
        draw_means(right, t, one, ms=3, mfc="none", color=f"C{k}", label=label)
        line(right, t, law.isel(landscape=k), f"{k}", color=f"C{k}", label=exact)
    right.set(xscale="log")
    name_axes(right, "updates t", "mean distance", "Four landscapes")
    return figure


def batches(batch: xr.DataTree, batch_linear: xr.DataTree) -> Figure:
    """Distance at the end by batch size, with and without a landscape."""
    figure = new_figure()
    for axes, disorder in zip(figure.subplots(1, 2), ("gaussian", "none"), strict=True):
        sizes = np.sort(observable(batch, "distance", "theory")["batch"].values)
        for rule, marker in (("none", "o"), ("sqrt", "s")):
            values = by_batch(batch, disorder=disorder, rate_rule=rule)
            label = {"none": "equal rates", "sqrt": r"rates ~ $\sqrt{B}$"}[rule]
            axes.plot(sizes, values, f"{marker}-", mfc="none", label=label)
        if disorder == "gaussian":
            end = mean_distance(batch_linear).isel(record=-1)
            order = np.argsort(end["batch"].values)
            label = "rates ~ B, updates ~ 1/B"
            axes.plot(end["batch"].values[order], end.values[order], "^-", mfc="none", label=label)
        title = "Random landscape" if disorder == "gaussian" else "No landscape"
        axes.set(xscale="log")
        axes.set_xticks(sizes, [f"{b:g}" for b in sizes])
        axes.minorticks_off()
        name_axes(axes, "batch size B", "mean distance at the end", title, ylim=(0, None))
    return figure
