"""Pictures of the best schedule and of how far the others are from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.learning_rate_schedules.reading import course, over_best, tuned
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter


def optimum(best: xr.DataTree, laws: xr.DataTree, budget: xr.DataTree) -> Figure:
    """The best rates, with the law dashed; every schedule's loss over the least one."""
    figure = new_figure()
    rates, ratios = figure.subplots(1, 2)
    draw_rates(rates, best, laws)
    ratio = over_best(budget, best)
    for k, name in enumerate(ratio["curve"].values):
        style = ("-", "--")[k // 8]
        ratios.plot(
            ratio["n_steps"], ratio.sel(curve=name), style, color=f"C{k % 8}", marker=".",
            label=name, gid=f"ratio:{name}",
        )  # fmt: skip
    ratios.set(xlabel="updates T", ylabel="loss at the best peak over the least", xscale="log")
    ratios.set(ylim=(1, 1.5), title="No fixed shape is best at all budgets")
    ratios.legend()
    return figure


def draw_rates(axes: Any, best: xr.DataTree, laws: xr.DataTree) -> None:
    """Rates over the share of the run, one colour a budget; a dot at the peak."""
    color = {}
    for k, n in enumerate(observable(best, "final_loss", "theory")["n_steps"].values):
        color[n] = f"C{k}"
        z, rate = course(best, "rate", n)
        axes.plot(z, rate, color=color[n], label=f"T = {n}", gid=f"rate:{n}")
        top = int(np.nanargmax(rate))
        axes.plot(z[top], rate[top], "o", color=color[n], ms=5)
    for n in observable(laws, "final_loss", "theory")["n_steps"].values:
        axes.plot(*course(laws, "law_rate", n), "k--", lw=0.8, gid=f"law:{n}")
    axes.set(xlabel="share of the run", ylabel="best rate", title="Dashed: law of two factors")
    axes.legend()


def heat(budget: xr.DataTree, best: xr.DataTree) -> Figure:
    """Every schedule at every budget, in per cent above the least loss."""
    figure = new_figure()
    axes = figure.subplots()
    ratio = over_best(budget, best).transpose("curve", "n_steps")
    above = 100.0 * (ratio.values - 1.0)
    height = np.log10(np.maximum(above, 0.1))
    mesh = axes.pcolormesh(height, cmap="viridis", gid="above")
    bright = np.asarray(mesh.norm(height)) > 0.7
    look: dict[str, Any] = {"ha": "center", "va": "center", "size": 8}
    for (i, j), value in np.ndenumerate(above):
        told = f"{value:.0f}" if value >= 100.0 else f"{value:.1f}"
        axes.text(j + 0.5, i + 0.5, told, color="k" if bright[i, j] else "w", **look)
    axes.set_xticks(np.arange(above.shape[1]) + 0.5, ratio["n_steps"].values)
    axes.set_yticks(np.arange(len(above)) + 0.5, ratio["curve"].values)
    axes.set(
        xlabel="updates T",
        ylabel="schedule",
        title="Per cent above the least loss, each at its best peak",
    )
    figure.colorbar(mesh, ax=axes, label="log10 of per cent")
    return figure


def tuned_runs(runs: xr.DataTree, budget: xr.DataTree) -> Figure:
    """Means of simulated runs on the exact losses."""
    figure = new_figure()
    axes = figure.subplots()
    loss = observable(runs, "final_loss")
    exact = observable(runs, "final_loss", "theory")
    least = tuned(budget).min("curve")
    for k, name in enumerate(loss["schedule"].values):
        one = loss.isel(curve=k)
        error = one.std("replica") / np.sqrt(one.sizes["replica"])
        axes.errorbar(one["n_steps"], one.mean("replica"), error, fmt="o", color=f"C{k}", ms=4)
        told = exact.isel(curve=k)
        axes.plot(told["n_steps"], told, color=f"C{k}", label=str(name), gid=f"theory:{name}")
    axes.plot(least["n_steps"], least, "k:", label="best schedule of all", gid="least")
    axes.set(xlabel="updates T", ylabel="final excess loss", xscale="log", yscale="log")
    axes.set_title("Points: simulation; lines: exact")
    axes.legend()
    return figure


def signals(tree: xr.DataTree) -> Figure:
    """Warm-up, and share of the run after the peak below half of it, over the signal's exponent."""
    figure = new_figure()
    names = {
        "warmup_ratio": "largest over first rate",
        "decay_share": "share of the run below half",
    }
    for axes, (name, label) in zip(figure.subplots(1, 2), names.items(), strict=True):
        told = observable(tree, name, "theory").sortby("signal_exponent")
        for n in told["n_steps"].values:
            one = told.sel(n_steps=n)
            axes.plot(one["signal_exponent"], one, ".-", label=f"T = {n}", gid=f"{name}:{n}")
        axes.axvline(parameter(tree, "capacity_exponent"), color="0.5", ls=":", gid=f"edge:{name}")
        axes.set(xlabel="exponent b of the signal", ylabel=label)
        axes.set_title("Dotted: b = a, hard on its left")
        axes.legend()
    return figure


def worst_case(tree: xr.DataTree) -> Figure:
    """Last iterates on |x|, the worst of all starts, and the bound."""
    figure = new_figure()
    axes = figure.subplots()
    worst, bound = observable(tree, "worst_loss"), observable(tree, "bound")
    for k, schedule in enumerate(worst["schedule"].values):
        one = worst.sel(schedule=schedule)
        axes.plot(one["n_steps"], one, "o", color=f"C{k}", label=str(schedule), gid=str(schedule))
    one = bound.isel(schedule=0)
    axes.plot(one["n_steps"], one, "k-", label="bound $DG/\\sqrt{T}$", gid="bound")
    axes.plot(one["n_steps"], one / one["n_steps"], "k:", label="$DG/T^{3/2}$", gid="last step")
    axes.set(xlabel="updates T", ylabel="largest final loss", xscale="log", yscale="log")
    axes.set_title("The bound holds; linear decay is far below")
    axes.legend()
    return figure
