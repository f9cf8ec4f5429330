"""Pictures of the plane of rate and batch, of hyperbolas, and of the dependence on the peak."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.figure import Figure

from toysim.figures.batch_and_stability.reading import (
    JUDGED,
    best_steps,
    bounded,
    hyperbola,
    stable_rates,
    steps_to_target,
)
from toysim.papers.drawing import line, new_figure
from toysim.papers.lines import theory_curve
from toysim.papers.reading import observable

PHASES = ("signal rules", "noise rules", "rare runs rule", "divergent")


def phase(tree: xr.DataTree) -> Figure:
    """Which part of the loss is the larger, and where moments grow."""
    share, fourth, noise, signal = (
        observable(tree, name, "theory").sortby("learning_rate").sortby("batch_size")
        for name in ("share_of_limit", "share_of_fourth", "noise_loss", "signal_loss")
    )
    larger = (noise > signal).isel(record=0).transpose(*share.dims)
    kind = (larger * 1).where(fourth <= 1, 2).where(share <= 1, 3)
    kind = kind.transpose("batch_size", "learning_rate")
    figure = new_figure()
    axes = figure.subplots()
    x, y = kind["learning_rate"].values, kind["batch_size"].values
    colours = colormaps["viridis"].resampled(len(PHASES))
    ends: dict[str, Any] = {"vmin": -0.5, "vmax": len(PHASES) - 0.5}
    mesh = axes.pcolormesh(x, y, kind.values.astype(float), cmap=colours, **ends)
    mesh.set_gid("phase")
    for name, values, style in (
        ("mean square grows", share, "k-"),
        ("mean fourth power grows", fourth, "k--"),
    ):
        limit = (values["learning_rate"] / values).isel(learning_rate=0)
        axes.plot(limit, y, style, label=name, gid=name)
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="batch size")
    axes.set_xlim(x[0], x[-1])
    axes.set_title("What rules the loss; lines: exact limits")
    axes.legend()
    bar = figure.colorbar(mesh, ax=axes, ticks=range(len(PHASES)))
    bar.set_ticklabels(PHASES)
    return figure


def tails(runs: xr.DataTree) -> Figure:
    """Median, mean and exact mean of the final loss toward the mean-square limit."""
    figure = new_figure()
    axes = figure.subplots()
    loss = observable(runs, "final_loss").sortby("learning_rate")
    rate = loss["learning_rate"]
    axes.plot(rate, loss.mean("replica"), "o", label="mean of runs", gid="mean")
    axes.plot(rate, loss.median("replica"), "s", label="median of runs", gid="median")
    exact = theory_curve(runs, "final_loss", "learning_rate", beyond=True)
    line(axes, *exact, color="k", label="exact mean")
    axes.set(xlabel="learning rate", ylabel="final excess loss", yscale="log")
    axes.set_title("Near the limit the mean comes from rare runs")
    axes.legend()
    return figure


def momentum(tree: xr.DataTree) -> Figure:
    """Largest stable rate over the batch, by momentum."""
    figure = new_figure()
    axes, stable = figure.subplots(), stable_rates(tree)
    for k, beta in enumerate(stable["momentum"].values):
        look: dict[str, Any] = {"label": f"momentum {beta:g}", "gid": f"stable:{beta:g}"}
        row = stable.sel(momentum=beta)
        axes.plot(row["batch_size"], row, "o-", ms=4, color=f"C{k}", **look)
    axes.set(
        xscale="log", yscale="log", xlabel="batch size", ylabel="largest stable rate/(1 - beta)"
    )
    axes.set_title("Momentum buys stability at large batches")
    axes.legend()
    return figure


def peaks(few: xr.DataTree, many: xr.DataTree) -> Figure:
    """Final loss over the peak rate, with warm-ups."""
    figure = new_figure()
    for axes, tree in zip(figure.subplots(1, 2), (few, many), strict=True):
        loss, start = bounded(tree)
        for k, steps in enumerate(loss["warmup_steps"].values):
            one = loss.sel(warmup_steps=steps, batch_size=1).sortby("learning_rate")
            axes.plot(one["learning_rate"], one, f"C{k}", label=f"warm-up {steps}", gid=f"{steps}")
        axes.axhline(float(start.max()), color="0.5", lw=0.8)
        axes.set(xscale="log", yscale="log", xlabel="peak rate", ylabel="final excess loss")
        axes.set_title(f"{tree['theory'].sizes['mode']} modes")
        axes.legend()
    return figure


def hyperbolas(steps: xr.DataTree, budgets: xr.DataTree) -> Figure:
    """Steps over batch, with hyperbolas, and the critical batch over the loss."""
    figure = new_figure()
    plane, law = figure.subplots(1, 2)
    constant = steps_to_target(steps)
    batch = constant["batch_size"].values.astype(float)
    fits = [hyperbola(batch, row.values) for row in constant]
    for k, (row, fit) in enumerate(zip(constant, fits, strict=True)):
        draw_fit(plane, batch, row.values, fit, f"C{k}", f"to {float(row['target']):g}")
    best = best_steps(budgets, JUDGED)
    draw_fit(plane, batch, best, hyperbola(batch, best), "k", f"to {JUDGED}, best schedule")
    plane.set(xscale="log", yscale="log", xlabel="batch size", ylabel="updates")
    plane.set_title("Lines: S_min (1 + B_c/B)")
    plane.legend()
    law.plot(constant["target"], [fit.critical for fit in fits], "o-", gid="critical")
    law.set(xscale="log", yscale="log", xlabel="excess loss reached", ylabel="critical batch B_c")
    law.set_title("The critical batch grows as the loss falls")
    return figure


def draw_fit(axes: Any, batch: Any, steps: Any, fit: Any, color: str, label: str) -> None:
    axes.plot(batch, steps, "o", ms=4, color=color, label=label)
    fine = np.geomspace(batch[0], batch[-1], 60)
    axes.plot(fine, fit.steps(fine), "-", lw=0.8, color=color, gid=f"fit:{label}")
