"""Figures of delayed generalization."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.delayed_generalization.reading import limits
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter


def courses(tree: xr.DataTree) -> Figure:
    """Losses and accuracies over time by d/N."""
    figure = new_figure()
    losses, accuracies = figure.subplots(1, 2)
    time = observable(tree, "time", "theory")
    for k, d in enumerate(time["n_features"].values):
        at, color = {"n_features": d}, f"C{k}"
        label = f"d/N = {d / parameter(tree, 'n_samples'):g}"
        for side, line in (("train", "--"), ("test", "-")):
            law = observable(tree, f"{side}_loss", "theory").sel(at)
            drawn = observable(tree, f"{side}_loss").sel(at).mean("replica")
            share = observable(tree, f"{side}_accuracy").sel(at).mean("replica")
            name = label if side == "test" else None
            losses.plot(time.sel(at), law, line, color=color, label=name, gid=f"law:{side}:{d}")
            look = {"ms": 2.5, "mew": 0.6, "mfc": color if side == "test" else "none"}
            losses.plot(time.sel(at), drawn, "o", color=color, **look)
            accuracies.plot(time.sel(at), share, "o", color=color, label=name, **look)
            crossed = float(observable(tree, f"time_{side}", "theory").sel(at))
            if np.isfinite(crossed):
                accuracies.axvline(crossed, color=color, ls=":", lw=0.8)
    losses.set(xscale="log", yscale="log", ylim=(1e-5, 2), xlabel="time", ylabel="loss")
    losses.set_title("Losses")
    losses.plot([], [], "-", color="0.4", label="test")
    losses.plot([], [], "--", color="0.4", label="train")
    losses.plot([], [], "o", color="0.4", ms=2.5, label="runs, test")
    losses.plot([], [], "o", color="0.4", ms=2.5, mfc="none", label="runs, train")
    accuracies.set(xscale="log", xlabel="time", ylabel="share accurate")
    accuracies.set_title("Accuracies of the runs")
    accuracies.plot([], [], ":", color="0.4", label="theory: 95 % accurate")
    losses.legend()
    accuracies.legend()
    return figure


def delay(tree: xr.DataTree) -> Figure:
    """Times over 1 - d/N, below d = N."""
    figure = new_figure()
    axes = figure.subplots()
    times = {name: observable(tree, f"time_{name}", "theory") for name in ("train", "test")}
    for k, (name, time) in enumerate(times.items()):
        below = time.sel(n_features=time["n_features"] < parameter(tree, "n_samples"))
        left = 1.0 - below["n_features"] / parameter(tree, "n_samples")
        axes.plot(left, below, "o-", color=f"C{k}", ms=4, label=name, gid=name)
        axes.axhline(limits(tree)[k], color=f"C{k}", ls="--", lw=0.8)
    axes.set(xscale="log", yscale="log", xlabel="1 - d/N", ylabel="time to 95 % accurate")
    axes.set_title("Memorisation does not wait; dashed: limits at d = N")
    axes.legend()
    return figure
