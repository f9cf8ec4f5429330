"""Figures of spacing."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.spacing.reading import FED, has_effect, late_best, ratio, traces
from toysim.models.continual.fast_slow_memory.closed_forms import strength_of_two
from toysim.papers.drawing import line, new_figure, points
from toysim.papers.lines import theory_curve
from toysim.papers.reading import observable, parameter


def gaps(tree: xr.DataTree) -> Figure:
    """Strength over gap by lag."""
    figure = new_figure()
    axes = figure.subplots()
    strength = observable(tree, "final_strength").sel(feed=FED)
    names = ("fast_decay", "slow_decay", "gain")
    fast, slow, gain = (parameter(tree, name) for name in names)
    for k, lag in enumerate((10, 50, 200, 1000)):
        drawn = strength.sel(lag=lag).isel(gap=slice(0, 100, 6))
        points(axes, drawn["gap"], drawn, f"{lag}", color=f"C{k}")
        x = np.linspace(1.0, 100.0, 200)
        law = strength_of_two(x, lag, fast, slow, FED, gain)
        line(axes, x, law, f"{lag}", color=f"C{k}", label=f"lag {lag}")
    axes.axvline(late_best(tree), color="0.6", ls=":", lw=1)
    axes.set(xlabel="gap (steps)", ylabel="strength", ylim=(0, 0.8))
    axes.set_title("Two exposures")
    axes.legend(ncols=2, loc="upper right")
    return figure


def levels(tree: xr.DataTree) -> Figure:
    """Best gap over lag by number of levels."""
    figure = new_figure()
    axes = figure.subplots()
    best = observable(tree, "best_gap", "theory")
    for n in best["n_levels"].values:
        axes.plot(best["lag"], best.sel(n_levels=n), "o-", ms=3, label=f"{n} traces", gid=f"{n}")
    axes.set(xscale="log", xlabel="lag (steps)", ylabel="best gap (steps)")
    axes.set_title("Best gap of a chain")
    axes.legend()
    return figure


def existence(tree: xr.DataTree) -> Figure:
    """Cells with and without a best gap in the plane of gain and decay ratio."""
    figure = new_figure()
    axes = figure.subplots()
    effect = has_effect(observable(tree, "final_strength"))
    places = xr.broadcast(effect["gain"], ratio(tree, effect["slow_decay"]))
    x, y, seen = (v.transpose(*effect.dims).values.ravel() for v in (*places, effect))
    axes.plot(x[seen], y[seen], "o", ms=4, color="C0", label="best gap", gid="effect")
    axes.plot(x[~seen], y[~seen], "o", ms=4, mfc="none", color="0.5", label="none", gid="none")
    axes.plot([0.004, 1.0], [0.004, 1.0], "k-", lw=1, gid="limit")
    axes.set(xscale="log", yscale="log", xlabel="gain", ylabel="ln $r_s$/ln $r_f$")
    axes.set(xlim=(0.007, 1.3), ylim=(0.0035, 3), title="Is a longer gap best?")
    axes.legend(loc="upper left", ncols=2)
    return figure


def pair(tree: xr.DataTree) -> Figure:
    """Strength over lag of the pair and of single traces."""
    figure = new_figure()
    axes = figure.subplots()
    strength = traces(tree, "simulation")
    for k, name in enumerate(("fast feeds slow", "fast alone", "slow alone")):
        draws = strength.isel(traces=k)
        points(axes, draws["lag"], draws, name, color=f"C{k}")
        x, law = theory_curve(tree, "final_strength", "lag", traces=int(draws["traces"]))
        line(axes, x, law, name, color=f"C{k}", label=name)
    axes.set(xscale="log", xlabel="lag (steps)", ylabel="strength", ylim=(-0.02, 0.6))
    axes.set_title("One exposure")
    axes.legend(loc="upper right")
    return figure
