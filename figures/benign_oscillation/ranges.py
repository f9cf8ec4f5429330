"""End states against the step, and against the length of the noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.benign_oscillation.reading import (
    WINDOW,
    blown_up,
    ceiling,
    samples_per_label,
    steps,
    weak_output,
)
from toysim.papers.drawing import BLUE, RED, new_figure, note_counts
from toysim.papers.reading import ended, mean_and_error, parameter

SMALL, LARGE = "#8a8a8a", BLUE


def shade(axes: Any, low: float, high: float, label: str) -> None:
    """A window of steps or lengths, behind the curves."""
    axes.axvspan(low, high, color="#f3dfb5", alpha=0.5, lw=0, zorder=0, label=label)


def draw_ends(
    axes: Any, values: xr.DataArray, gid: str, color: str, label: str, most: float = np.inf
) -> None:
    """Means over replicas with two standard errors over the one axis, cut at ``most``; nothing
    where fewer than two runs ended.
    """
    mean, error = mean_and_error(values)
    known = np.isfinite(error.values)
    x, mean, error = mean[mean.dims[0]].values[known], mean.values[known], error.values[known]
    bars = (2 * error, np.minimum(2 * error, most - mean))
    axes.errorbar(x, mean, bars, fmt="none", capsize=2, color=color, lw=1)
    axes.plot(x, mean, "o-", ms=4, lw=1, color=color, label=label, gid=gid)
    note_counts(axes, x, mean, values[known])


def transition(tree: xr.DataTree) -> Figure:
    """Three panels over gamma_u: weak accuracy, weak output with V*, late residuals."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    for kind, color, word in (("weak", LARGE, "without"), ("strong", SMALL, "with")):
        name = f"{kind}_accuracy"
        draw_ends(left, ended(tree, name), name, color, f"{word} strong feature", most=1.0)
    left.set(ylabel="accuracy on fresh points", title="Points without the strong feature")
    draw_weak_output(middle, tree)
    draw_ends(right, ended(tree, "late_residual"), "late_residual", LARGE, "residuals")
    right.set(ylabel="mean $|1 - y f|$ of the last tenth", ylim=(0, None))
    right.set_title("Oscillation left at the end")
    for axes in (left, middle, right):
        shade(axes, *WINDOW, "window of the paper")
        axes.set_xlabel("step $\\gamma_u$")
    left.legend()
    middle.legend()
    n = int(parameter(tree, "n_steps"))
    runs = tree["simulation"].sizes["replica"]
    sizes = f"d = 64, n = 16, m = 8, {n} updates, {runs} runs a step"
    figure.suptitle(f"{sizes}; bars: 2 standard errors, of accuracies cut at 1")
    return figure


def draw_weak_output(axes: Any, tree: xr.DataTree) -> None:
    """Median and 80 % of the runs that ended, and V* where the strong feature oscillates."""
    gamma = steps(tree)
    draws = weak_output(tree)
    low, median, high = draws.quantile((0.1, 0.5, 0.9), "replica").values
    some = np.isfinite(median)
    x, band = gamma[some], (low[some], high[some])
    axes.fill_between(x, *band, color=LARGE, alpha=0.2, lw=0, label="80 % of the runs")
    axes.plot(x, median[some], "o-", ms=4, lw=1, color=LARGE, label="median", gid="weak_output")
    note_counts(axes, x, median[some], draws[some])
    above = gamma > 1
    axes.plot(gamma[above], ceiling(tree).values[above], "k:", lw=1.2, label="$V^*$")
    axes.set(yscale="log", ylim=(1e-5, 2), ylabel="weak output $V$")
    axes.set_title("What is learned of the weak feature")


def noise_window(tree: xr.DataTree) -> Figure:
    """A panel a training set: weak accuracy against |xi| at both steps, the derived window
    shaded.
    """
    accuracy = ended(tree, "weak_accuracy")
    figure = new_figure()
    panels = figure.subplots(1, accuracy.sizes["training_set"], sharey=True)
    for k, axes in enumerate(panels):
        here = accuracy.isel(training_set=k)
        for gamma, color in zip(steps(tree), (SMALL, LARGE), strict=True):
            at_step = here.sel(gamma_u=gamma)
            draw_ends(axes, at_step, f"{k}:{gamma:g}", color, f"$\\gamma_u$ = {gamma:g}", most=1.0)
        n_weak, n_strong = samples_per_label(here)
        low, high = parameter(tree, "weak_norm") * np.sqrt([n_weak, n_strong])
        shade(axes, low, high, "derived window")
        axes.set_title(f"a label: {n_weak:g} weak and {n_strong:g} strong samples")
        axes.set_xlabel("length of the noise $|\\xi|/|u|$")
    panels[0].set_ylabel("accuracy on points without strong feature")
    panels[0].legend()
    n = tree["simulation"].sizes["replica"]
    figure.suptitle(f"{n} runs; bars: 2 standard errors, cut at 1")
    return figure


def wall(tree: xr.DataTree) -> Figure:
    """Share of runs that blow up over gamma_u, with its standard error."""
    figure = new_figure()
    axes = figure.subplots()
    gamma = steps(tree)
    n = tree["simulation"].sizes["replica"]
    looks = {"simulation": ("o", LARGE, "network"), "theory": ("-", RED, "recursion")}
    for side, (marker, color, label) in looks.items():
        share = blown_up(tree, side).values
        error = np.sqrt(share * (1 - share) / n)
        axes.errorbar(gamma, share, error, fmt="none", capsize=2, color=color, lw=1)
        axes.plot(gamma, share, marker, ms=5, lw=1, color=color, mfc="none", gid=side, label=label)
    shade(axes, 1.55, WINDOW[1], "window of the paper")
    axes.set(xlabel="step $\\gamma_u$", ylabel="share of runs that blow up", ylim=(-0.03, 1.03))
    updates = int(parameter(tree, "n_steps"))
    sizes = f"{n} runs a step, orthogonal noise, {updates} updates"
    axes.set_title(f"{sizes}; bars: 1 standard error")
    axes.legend(loc="upper left")
    return figure
