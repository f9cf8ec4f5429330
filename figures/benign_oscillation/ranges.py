"""End states against the step, and against the length of the noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.benign_oscillation.reading import (
    BLOWN_UP,
    WINDOW,
    ended,
    samples_per_label,
    steps,
    weak_output,
)
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, parameter

SMALL, LARGE = "#8a8a8a", "#1f5a94"


def points(axes: Any, x: Any, values: xr.DataArray, gid: str, **how: Any) -> None:
    """Means over replicas with two standard errors; nothing where fewer than two runs ended."""
    mean, error = mean_and_error(values)
    known = np.isfinite(error.values)
    axes.errorbar(
        x[known],
        mean.values[known],
        2 * error.values[known],
        fmt="none",
        capsize=2,
        color=how["color"],
        lw=1,
    )
    axes.plot(x[known], mean.values[known], "o-", ms=4, lw=1, gid=gid, **how)


def transition(tree: xr.DataTree) -> Figure:
    """Three panels over gamma_u: weak accuracy, weak output with V*, late residuals."""
    figure = new_figure(13.0, 4.0)
    left, middle, right = figure.subplots(1, 3)
    gamma = steps(tree)
    points(
        left,
        gamma,
        ended(tree, "weak_accuracy"),
        "weak_accuracy",
        color=LARGE,
        label="without strong feature",
    )
    points(
        left,
        gamma,
        ended(tree, "strong_accuracy"),
        "strong_accuracy",
        color=SMALL,
        label="with strong feature",
    )
    left.set(ylabel="accuracy on fresh points", title="Points without the strong feature")
    V = weak_output(tree)
    low, median, high = (V.quantile(q, "replica").values for q in (0.1, 0.5, 0.9))
    some = np.isfinite(median)
    middle.fill_between(
        gamma[some], low[some], high[some], color=LARGE, alpha=0.2, lw=0, label="80 % of the runs"
    )
    middle.plot(
        gamma[some], median[some], "o-", ms=4, lw=1, color=LARGE, label="median", gid="weak_output"
    )
    ceiling = tree["theory"].to_dataset()["weak_ceiling"].isel(replica=0).values
    middle.plot(gamma[gamma > 1], ceiling[gamma > 1], "k:", lw=1.2, label="$V^*$")
    middle.set(
        yscale="log",
        ylim=(1e-5, 2),
        ylabel="weak output $V$",
        title="What is learned of the weak feature",
    )
    points(
        right, gamma, ended(tree, "late_residual"), "late_residual", color=LARGE, label="residuals"
    )
    right.set(
        ylabel="mean $|1 - y f|$ of the last tenth",
        title="Oscillation left at the end",
        ylim=(0, None),
    )
    for axes in (left, middle, right):
        axes.axvspan(
            *WINDOW, color="#f3dfb5", alpha=0.5, lw=0, zorder=0, label="window of the paper"
        )
        axes.set_xlabel("step $\\gamma_u$")
    left.legend(loc="center left", bbox_to_anchor=(0.0, 0.6))
    middle.legend(loc="upper left")
    n = int(parameter(tree, "n_steps"))
    figure.suptitle(
        f"d = 64, n = 16, m = 8, {n} updates, {V.sizes['replica']} runs a step; bars: 2 standard "
        "errors"
    )
    return figure


def noise_window(tree: xr.DataTree) -> Figure:
    """A panel a training set: weak accuracy against |xi| at both steps, the derived window
    shaded.
    """
    accuracy = ended(tree, "weak_accuracy")
    r = parameter(tree, "weak_norm") ** 2
    figure = new_figure(13.0, 4.0)
    panels = figure.subplots(1, accuracy.sizes["training_set"], sharey=True)
    for k, axes in enumerate(panels):
        here = accuracy.isel(training_set=k)
        n_weak, n_strong = samples_per_label(here)
        for gamma, color in zip(here["gamma_u"].values, (SMALL, LARGE), strict=True):
            points(
                axes,
                here["noise_norm"].values,
                here.sel(gamma_u=gamma),
                f"{k}:{gamma:g}",
                color=color,
                label=f"$\\gamma_u$ = {gamma:g}",
            )
        axes.axvspan(
            np.sqrt(n_weak * r),
            np.sqrt(n_strong * r),
            color="#f3dfb5",
            alpha=0.5,
            lw=0,
            zorder=0,
            label="derived window",
        )
        axes.set_title(f"a label: {n_weak:g} weak and {n_strong:g} strong samples")
        axes.set_xlabel("length of the noise $|\\xi|/|u|$")
    panels[0].set_ylabel("accuracy on points without strong feature")
    panels[0].legend(loc="upper right")
    return figure


def wall(tree: xr.DataTree) -> Figure:
    """Share of runs that blow up over gamma_u, with its standard error."""
    figure = new_figure(6.0, 4.0)
    axes = figure.subplots()
    for side, marker, color in (("simulation", "o-", LARGE), ("theory", "x--", "#c0392b")):
        blown = (tree[side].to_dataset()["regime"] == BLOWN_UP).astype(float)
        share, n = blown.mean("replica"), blown.sizes["replica"]
        error = np.sqrt(share * (1 - share) / n)
        axes.errorbar(share["gamma_u"], share, error, fmt="none", color=color, capsize=2, lw=1)
        axes.plot(
            share["gamma_u"],
            share,
            marker,
            ms=5,
            lw=1,
            color=color,
            mfc="none",
            gid=side,
            label="network" if side == "simulation" else "recursion",
        )
    axes.axvspan(
        1.55, WINDOW[1], color="#f3dfb5", alpha=0.5, lw=0, zorder=0, label="window of the paper"
    )
    axes.set(xlabel="step $\\gamma_u$", ylabel="share of runs that blow up", ylim=(-0.03, 1.03))
    axes.set_title(
        f"{n} runs a step, orthogonal noise, {int(parameter(tree, 'n_steps'))} updates; bars: 1 "
        "standard error"
    )
    axes.legend(loc="upper left")
    return figure
