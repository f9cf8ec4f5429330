"""Pictures of laws over time, stagewise searches, checkpoints, condition numbers and refinement."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.learning_rate_schedules.annealing import (
    DROPPED,
    areas,
    fitted,
    law,
    losses,
    schedules,
)
from toysim.figures.learning_rate_schedules.reading import course, tuned
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter


def annealing(tree: xr.DataTree) -> Figure:
    """Exact losses and the law, of the total and of the excess loss."""
    figure = new_figure()
    for axes, total in zip(figure.subplots(1, 2), (True, False), strict=True):
        unknowns = fitted(tree, total)
        for k, schedule in enumerate(schedules(tree)):
            loss = losses(tree, schedule, total)
            t = DROPPED + np.arange(len(loss))
            axes.plot(t, loss, color=f"C{k}", label=schedule, gid=f"loss:{schedule}:{total}")
            told = law(unknowns, *areas(tree, schedule))
            axes.plot(t, told, "k--", lw=0.7, gid=f"law:{schedule}:{total}")
        axes.set(xlabel="update", ylabel="loss", yscale="log")
        axes.set_title("total loss" if total else "excess loss")
        axes.legend()
    figure.suptitle("Dashed: law fitted on constant and cosine")
    return figure


def staged(best: xr.DataTree, *trees: xr.DataTree) -> Figure:
    """Rates chosen stage by stage beside the best ones, and the errors of forecasts taken."""
    figure = new_figure()
    rates, errors = figure.subplots(1, 2)
    for k, tree in enumerate(trees):
        tau = parameter(tree, "stage_steps")
        rate = observable(tree, "rate", "theory")
        missed = observable(tree, "forecast_error", "theory")
        for j, kind in enumerate(np.atleast_1d(rate["evaluation"].values)):
            if kind == "trial":
                continue
            one = rate.isel(search=j) if "search" in rate.dims else rate
            edges = tau * np.arange(one.sizes["stage"] + 1)
            style = "-" if kind == "exact" else ("--", ":")[j == 2]
            gid = f"rate:{tau}:{kind}:{j}"
            seen = int(np.atleast_1d(rate["trial_steps"].values)[j])
            label = f"{tau}: exact" if kind == "exact" else f"{tau}: forecast after {seen}"
            steps = (np.repeat(edges, 2)[1:-1], np.repeat(one.values, 2))
            rates.plot(*steps, style, color=f"C{k}", label=label, gid=gid)
            if kind == "forecast":
                stages = np.arange(1, len(edges))
                look = {"color": f"C{k}", "label": label, "mfc": "none" if j == 2 else None}
                errors.plot(stages, missed.isel(search=j), "o-", **look)
    share, least = course(best, "rate", 1000)
    rates.plot(1000 * share, least, "k-", lw=1, label="the best schedule", gid="best")
    rates.set(xlabel="update", ylabel="rate", yscale="log", title="dashed, dotted: forecast")
    errors.set(xlabel="stage", ylabel="relative error", yscale="log", title="forecasts taken")
    for axes in (rates, errors):
        axes.legend(title="updates a stage")
    return figure


def branches(one: xr.DataTree, rivals: xr.DataTree) -> Figure:
    """Losses at the checkpoints at the best peak: WSD-S, cyclic cosine, and WSD."""
    figure = new_figure()
    loss = observable(one, "loss", "theory").isel(record=[1, 2, 4]).min("learning_rate")
    other = tuned(rivals).sortby("n_steps")
    checkpoints = (1000, 2000, 4000)
    for axes, b in zip(figure.subplots(1, 2), loss["signal_exponent"].values, strict=True):
        for schedule in loss["schedule"].values:
            shown = loss.sel(schedule=schedule, signal_exponent=b)
            axes.plot(checkpoints, shown, "o-", label=str(schedule), gid=f"{schedule}:{b:g}")
        shown = other.sel(signal_exponent=b)
        axes.plot(checkpoints[1:], shown, "s--", label="wsd, branching before", gid=f"wsd:{b:g}")
        axes.set(xlabel="updates spent", ylabel="excess loss", xscale="log", yscale="log")
        axes.set_xticks(checkpoints, [f"{n:,}" for n in checkpoints])
        axes.minorticks_off()
        axes.set_title(f"b = {b:g}")
        axes.legend()
    return figure


def conditioning(tree: xr.DataTree) -> Figure:
    """Loss over phi at every condition number, over the best of the other schedules."""
    loss = tuned(tree)
    own = (loss["schedule"] == "uba").values
    budgets = loss["n_steps"].values
    figure = new_figure()
    for axes, n in zip(np.atleast_1d(figure.subplots(1, len(budgets))), budgets, strict=True):
        for k, kappa in enumerate(loss["condition_number"].values):
            at = loss.sel(n_steps=n, condition_number=kappa)
            uba = at.isel(curve=own).sortby("uba_shape")
            ratio = uba / float(at.isel(curve=~own).min())
            axes.plot(uba["uba_shape"], ratio, "o-", ms=3, color=f"C{k}", label=f"{kappa:g}")
        axes.axhline(1.0, color="0.3", lw=0.8)
        axes.set(xlabel=r"$\phi$", xscale="log", ylim=(0.9, 1.5), title=f"T = {n}")
        axes.set_ylabel("uba over the best other")
        axes.legend(title="condition number")
    return figure


def refined(rates: xr.DataTree, best: xr.DataTree) -> Figure:
    """Refined rates and the best ones, shares of their peaks, over the share of the run."""
    figure = new_figure()
    axes = figure.subplots()
    rate = observable(rates, "rate")
    share = rate / rate["learning_rate"]
    known = observable(best, "final_loss", "theory")["n_steps"].values
    for k, n in enumerate(rate["n_steps"].values):
        for j, rounds in enumerate(rate["refinements"].values):
            at = {"budget": k, "refinements": j}
            z = observable(rates, "update").isel(at) / n
            label, gid = f"T = {n}, refined {rounds}x", f"refined:{n}:{rounds}"
            axes.plot(z, share.isel(at), ("-", "--")[j], color=f"C{k}", label=label, gid=gid)
        if n in known:
            z, least = course(best, "rate", n)
            over_peak = least / least.max()
            label, gid = f"T = {n}, the best", f"best:{n}"
            axes.plot(z, over_peak, "-.", lw=1, color=f"C{k}", label=label, gid=gid)
    axes.plot([0, 1], [1, 0], "k:", label="linear", gid="linear")
    axes.set(xlabel="share of the run", ylabel="rate over its peak")
    axes.set_title("Refinement warms up too deeply and decays fast")
    axes.legend()
    return figure
