"""Pictures of sparse recovery."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from toysim.figures.sparse_recovery.evidence import BEYOND, INSIDE
from toysim.papers.drawing import draw_means, line, new_figure
from toysim.papers.lines import theory_curve
from toysim.papers.reading import landmark, mean_and_error, observable, sides

LEAST, MOST = 1e-6, 1.0  # of the colours


def curve(tree: xr.DataTree) -> Figure:
    """Squared error, and shares found rightly and falsely, over the penalty."""
    figure = new_figure()
    above, below = figure.subplots(2, 1, sharex=True)
    shown = (
        (above, "squared_error", "squared error", "o"),
        (below, "true_positive_rate", "nonzeros found", "s"),
        (below, "false_discovery_rate", "false discoveries", "D"),
    )
    for k, (axes, name, label, marker) in enumerate(shown):
        draws = observable(tree, name)
        penalty = draws["penalty"]
        look: dict[str, Any] = {"color": f"C{k}", "fmt": marker, "mfc": "none"}
        draw_means(axes, penalty, draws.transpose("penalty", "replica"), label=label, **look)
        line(axes, *theory_curve(tree, name, "penalty"), tag=name, color=f"C{k}")
    below.set(xscale="log", xlabel="penalty")
    below.set_xticks([0.03, 0.1, 0.3, 1.0], ["0.03", "0.1", "0.3", "1"])
    for axes in (above, below):
        axes.minorticks_off()
    above.set(ylabel="squared error", ylim=(0.0, None), title="What is missed")
    below.set(ylabel="share", ylim=(0.0, 1.0), title="What is selected")
    below.legend(loc="lower left", handletextpad=0.2)
    return figure


def boundary(tree: xr.DataTree) -> Figure:
    """Mean squared error over samples and density with the closed boundary."""
    figure = new_figure()
    axes = figure.subplots()
    draws = observable(tree, "squared_error").mean("replica").transpose("density", "sample_ratio")
    mesh = axes.pcolormesh(
        draws["sample_ratio"],
        draws["density"],
        draws.values.clip(LEAST, MOST),
        norm=LogNorm(LEAST, MOST),
        cmap="cividis",
        shading="nearest",
        gid="map",
    )
    low, high = float(draws["density"].min()), float(draws["density"].max())
    alpha = np.linspace(float(draws["sample_ratio"].min()), float(draws["sample_ratio"].max()), 61)
    marks = (
        landmark("teacher_student.lasso", "critical_density", sample_ratio=a, dimension=20_000)
        for a in alpha
    )
    critical = np.array([float(mark) for mark in marks])
    line(axes, alpha, critical, color="w", lw=2.0)
    for share in (INSIDE, BEYOND):
        axes.plot(alpha, share * critical, "w--", lw=0.8)
    axes.set(xlabel="samples per input n/d", ylabel="share of nonzeros k/d", ylim=(low, high))
    axes.set_title("Where l1 finds the signal")
    figure.colorbar(mesh, ax=axes, label="squared error", extend="min")
    return figure


def size(tree: xr.DataTree) -> Figure:
    """d (mean - limit) over d, of three observables."""
    figure = new_figure()
    axes = figure.subplots()
    shown = (
        ("squared_error", "squared error"),
        ("overlap", "overlap"),
        ("train_error", "train error"),
    )
    for k, (name, label) in enumerate(shown):
        draws, law = sides(tree, name)
        mean, error = mean_and_error(draws)
        d = mean["dimension"]
        look: dict[str, Any] = {"color": f"C{k}", "fmt": "osD"[k], "mfc": "none", "capsize": 2}
        x = d * (1.0 + 0.03 * (k - 1))
        axes.errorbar(x, d * (mean - law), d * error, ms=4, label=label, **look)
    axes.axhline(0.0, color="0.6", lw=0.8, zorder=0)
    axes.set(xscale="log", xlabel="dimension d", ylabel="d (mean - limit)")
    axes.set_xticks(d.values, [f"{x:g}" for x in d.values])
    axes.minorticks_off()
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.5 * (high - low))
    axes.set_title("A finite dimension costs c/d")
    axes.legend(loc="upper center")
    return figure
