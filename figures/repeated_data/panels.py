"""Figures of repeated data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.repeated_data.reading import costs, course_of, rises_and_falls
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, observable

TITLES = {"flow": "Descent on a set with repeats", "stream": "Stream that repeats few noisy rows"}


def repeats(large: xr.DataTree, small: xr.DataTree) -> Figure:
    """Risk over repeats at both sizes."""
    figure = new_figure()
    titles = ("1,000 features, 20,000 tokens", "100 features, 2,000 tokens")
    for axes, tree, title in zip(figure.subplots(1, 2), (large, small), titles, strict=True):
        curve = costs(tree)
        axes.plot(curve.repeats, curve.law, "-", color="C3", gid="law", label="large sizes")
        axes.plot(curve.repeats, curve.dropped, "--", color="0.4", label="tenth left out")
        if "simulation" in tree:
            axes.errorbar(curve.repeats, curve.risk, curve.error, fmt="o", ms=4, label="drawn")
        axes.set(xscale="log", xlabel="repeats R", ylabel="risk over fresh", title=title)
        axes.legend()
    return figure


def course(tree: xr.DataTree) -> Figure:
    """Risk over time of both methods."""
    figure = new_figure()
    mean, error = mean_and_error(observable(tree, "risk"))
    for how, axes in enumerate(figure.subplots(1, 2)):
        t = observable(tree, "time", "theory").isel(how=how)
        parts = {"risk": "-", "bias": "--", "variance": ":"}
        for name, line in parts.items():
            exact = observable(tree, name, "theory").isel(how=how)
            axes.plot(t, exact, line, color="C3", label=name, gid=f"{name}:{how}")
        drawn, spread = mean.isel(how=how), error.isel(how=how)
        axes.errorbar(t, drawn, spread, fmt="o", ms=3, color="C0", label="drawn rows")
        title = TITLES[str(mean["method"].values[how])]
        axes.set(xscale="log", xlabel="time", ylabel="risk", title=title)
        axes.legend()
    return figure


def peak_in_time(tree: xr.DataTree) -> Figure:
    """Where the risk rises and falls; courses on both sides of the law at half repeats."""
    figure = new_figure()
    plane, courses = figure.subplots(1, 2)
    found = rises_and_falls(tree).transpose("fraction", "label_noise")
    draw_plane(plane, found, observable(tree, "rise_above", "theory").isel(label_noise=0))
    half = course_of(tree).sel(fraction=0.5)
    time = observable(tree, "time", "theory").sel(fraction=0.5)
    for k in np.linspace(0, half.sizes["label_noise"] - 1, 4).astype(int):
        label = f"$s^2/W$ = {float(half['label_noise'][k]):.2g}"
        courses.plot(time.isel(label_noise=k), half.isel(label_noise=k), label=label)
    courses.set(xscale="log", xlabel="time", ylabel="risk", title="Half of the stream repeats")
    courses.legend()
    return figure


def stream(tree: xr.DataTree) -> Figure:
    """Excess loss on fresh inputs against that on the kept rows, means over draws of the rows."""
    figure = new_figure()
    axes = figure.subplots()
    exact = [observable(tree, name, "theory").mean("data_set") for name in ("train_loss", "loss")]
    drawn = [
        observable(tree, name).mean(("data_set", "replica")) for name in ("train_loss", "loss")
    ]
    for k, f in enumerate(exact[0]["fraction"].values):
        train, test = (values.sel(fraction=f) for values in exact)
        axes.plot(train, test, "-", color=f"C{k}", label=f"f = {f:g}", gid=f"exact:{f:g}")
        axes.plot(*(values.sel(fraction=f) for values in drawn), "o", ms=3, color=f"C{k}")
        axes.plot(train[-1], test[-1], "s", ms=7, mfc="none", color=f"C{k}")
    axes.set(xlabel="loss on the kept rows", ylabel="excess loss on fresh inputs")
    axes.set(xscale="log", yscale="log", title="Points: runs; squares: the end")
    axes.legend(title="share of repeats")
    return figure


def draw_plane(axes: Any, found: xr.DataArray, law: xr.DataArray) -> None:
    """Points of the plane, filled where the risk rises, and the law."""
    for f in found["fraction"].values:
        noise, rises = found["label_noise"].values, found.sel(fraction=f).values
        colors = np.where(rises, "#1f5a94", "#d8dee6")
        axes.scatter(np.full(len(noise), f), noise, c=colors, s=16)
    axes.plot(law["fraction"], law, "-", color="C3", label="law, few rows", gid="law")
    axes.set(yscale="log", xlabel="share f of repeats", ylabel="noise over signal $s^2/W$")
    axes.set_title("Dark: the risk rises midway")
    axes.legend()
