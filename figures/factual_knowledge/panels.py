"""Figures of facts in a stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.factual_knowledge.reading import fits, fitted_at, forgetting_exponent
from toysim.landmarks import LandmarkValue
from toysim.papers.drawing import draw_landmark, line, new_figure, points
from toysim.papers.lines import theory_curve
from toysim.papers.reading import landmark, observable, parameter


def jumps(tree: xr.DataTree) -> Figure:
    """Recall over updates: one run, the mean of runs, theory."""
    figure = new_figure()
    axes = figure.subplots()
    recall = observable(tree, "recall").isel(strength=0)
    law = observable(tree, "recall", "theory").isel(strength=0)
    axes.plot(recall.isel(replica=0), lw=0.8, color="0.7", label="one run", gid="run")
    at = np.arange(0, recall.sizes["record"], 12)
    mean = recall.mean("replica").isel(record=at)
    points(axes, at, mean, label="mean of runs")
    line(axes, np.arange(law.size), law, label="theory")
    axes.set(xlabel="update", ylabel="recall", title="Injected five times", ylim=(-0.4, 0.8))
    axes.legend(ncols=3, loc="upper center", columnspacing=1.0, handlelength=1.5)
    return figure


def law(law_of: xr.DataTree, runs: xr.DataTree) -> Figure:
    """Retention over updates with its power law, and with lines in log t."""
    figure = new_figure()
    powers, lines = figure.subplots(1, 2)
    exact = observable(law_of, "retention", "theory")
    seen = observable(runs, "retention").mean("replica")
    time = np.arange(1, exact.sizes["record"])
    at = np.linspace(0, parameter(runs, "n_steps"), seen.sizes["record"])[1:]
    for k, q in enumerate(forgetting_exponent(law_of)):
        row, look = exact.values[k], {"color": f"C{k}"}
        line(powers, time, row[1:], f"{q:.2f}", label=f"q = {q:.2f}", **look)
        finite = observable(runs, "retention", "theory").isel(fact_exponent=k)[1:]
        line(powers, at, finite, f"{q:.2f}:few", lw=0.6, **look)
        points(powers, at, seen.isel(fact_exponent=k)[1:], f"{q:.2f}", **look)
        middle = row[200] * (time / 200.0) ** -q
        powers.plot(time[9:], middle[9:], "--", lw=0.8, color="k")
        t = fitted_at(len(row))
        lines.plot(t, row[t], "o", ms=2.5, **look)
        fit = fits(row)
        lines.plot(t, fit.slope * np.log(t) + fit.level, ":", gid=f"fit:{q:.2f}", **look)
    powers.set(xscale="log", yscale="log", xlabel="update", ylabel="retention")
    powers.set(ylim=(0.005, 3), title="A power of time (dashed)")
    powers.legend(loc="upper right", ncols=3, columnspacing=1.0, handlelength=1.2)
    lines.set(xscale="log", xlabel="update", ylabel="retention", ylim=(-0.05, 0.9))
    lines.set_title("Lines in log t (dotted)")
    return figure


def intervals(tree: xr.DataTree, periodic: xr.DataTree) -> Figure:
    """Recall before the next injection over the interval, by the number of modes."""
    figure = new_figure()
    limit = observable(tree, "limit_recall", "theory")
    kappa = parameter(tree, "strength")
    for axes, (a, b) in zip(figure.subplots(1, 2), ((1.5, 1.5), (1.2, 2.9)), strict=True):
        chosen = (limit["capacity_exponent"] == a) & (limit["fact_exponent"] == b)
        pair = int(np.argmax(chosen.values))
        for k, d in enumerate(limit["n_modes"].values):
            x, law = theory_curve(
                tree, "limit_recall", "interval", beyond=True, n_modes=d, exponents=pair
            )
            line(axes, x, law, f"{d}", color=f"C{k}", label=f"d = {d:,}")
            given: dict[str, Any] = {"n_modes": int(d), "capacity_exponent": a, "fact_exponent": b}
            mark = landmark(
                "continual.fact_injection", "learnability_threshold", strength=kappa, **given
            )
            draw_landmark(axes, mark, color=f"C{k}")
        axes.axhline(0.5, color="0.6", lw=0.8)
        axes.set(xscale="log", xlabel="interval (updates)", ylim=(0, 1.05))
        axes.set(ylabel="recall before the next", title=f"q = {(b - 1) / a:.2f}")
    axes.legend(loc="upper right")
    seen = observable(periodic, "final_recall").mean("replica")
    points(figure.axes[0], seen["interval"], seen, "64", color="k")
    return figure


def threshold(d: int, a: float, b: float, kappa: float) -> LandmarkValue:
    """Interval at which half is recalled before the next injection."""
    given: dict[str, Any] = {"n_modes": d, "capacity_exponent": a, "fact_exponent": b}
    return landmark("continual.fact_injection", "learnability_threshold", strength=kappa, **given)


def tests(tree: xr.DataTree) -> Figure:
    """Shares of runs that recall and recognise, over updates."""
    figure = new_figure()
    axes = figure.subplots()
    time = np.arange(1, observable(tree, "recalled").sizes["record"])
    shown = np.unique(np.geomspace(1, time[-1], 14).round().astype(int))
    for k, name in enumerate(("recognised", "recalled")):
        share = observable(tree, name).mean("replica").isel(strength=0)
        law = observable(tree, f"gaussian_{name}", "theory").isel(strength=0)
        points(axes, shown, share.isel(record=shown), name, color=f"C{k}")
        line(axes, time, law[1:], name, color=f"C{k}", label=name)
    axes.set(
        xscale="log", xlabel="updates after the fact", ylabel="share of runs", ylim=(-0.05, 1.1)
    )
    axes.set_title("Recalled and recognised")
    axes.legend(loc="center right")
    return figure
