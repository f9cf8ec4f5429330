"""Figures of memorising and generalising in context."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.icl_strategies.reading import (
    LAWS,
    along,
    exponents,
    gains,
    marks,
    transition_times,
)
from toysim.papers.drawing import draw_landmark, draw_means, line, name_axes, new_figure
from toysim.papers.reading import landmark, mean_and_error, observable, parameter, runs


def gain(small: xr.DataTree, large: xr.DataTree, paper: xr.DataTree) -> Figure:
    """Gain over the number of tasks, both settings."""
    figure = new_figure()
    panels = figure.subplots(1, 2)
    titles = ("two colours, 32 balls", "eight colours, 128 balls")
    for axes, trees, title in zip(panels, ((small, large), (paper,)), titles, strict=True):
        found = gains(*trees)
        axes.errorbar(found.tasks, found.mean, found.error, fmt="o", ms=3, mfc="none", label="runs")
        shown = found.lower > 0
        axes.plot(found.tasks[shown], found.lower[shown], "--", color="0.4", label="$I - \\ln D$")
        axes.plot(found.tasks, found.upper, ":", color="0.4", label="upper bound")
        if np.isfinite(found.exact).all():
            line(axes, found.tasks, found.exact, color="C3", label="exact mean")
        information, tasks = marks(trees[0])
        many = found.tasks > tasks
        axes.plot(
            found.tasks[many],
            (tasks - 1) / 2 / found.tasks[many],
            "-",
            lw=0.8,
            color="k",
            label="many tasks",
        )
        axes.axvline(information, color="0.7", lw=0.8, zorder=0)
        axes.set(xscale="log", yscale="log", xlabel="tasks D", ylabel="gain, nats", title=title)
    draw_landmark(panels[0], landmark("bayes_icl.strategies", "distinguishable_tasks"))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def transition(paper: xr.DataTree) -> Figure:
    """Time of the transition and its local exponent over the number of tasks."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    found = gains(paper)
    size = parameter(paper, "n_colours"), parameter(paper, "context_length")
    for k, law in enumerate(LAWS):
        label = rf"$\alpha$ {law.alpha:g}, $\beta$ {law.beta:g}, $K_G$ {law.code:g}"
        times = transition_times(law, found.tasks, found.mean, *size)
        left.plot(found.tasks, times / times[0], "o-", ms=3, lw=0.8, color=f"C{k}", label=label)
        D, slope, error = exponents(law, paper)
        right.errorbar(D, slope, error, fmt="o-", ms=3, lw=0.8, color=f"C{k}")
    left.plot(found.tasks, found.tasks, "--", color="k", lw=0.8, label="in proportion to D")
    right.axhline(1.0, color="k", ls="--", lw=0.8)
    left.set(xscale="log", yscale="log", xlabel="tasks D", ylabel="$N_{GM}$ over that of one task")
    left.set_title("When memorising takes over")
    right.set(xscale="log", xlabel="tasks D", ylabel="local exponent", title="How fast that grows")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def transience(tree: xr.DataTree) -> Figure:
    """Weights and losses along the training."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    N = observable(tree, "update", "theory").squeeze()
    weight = observable(tree, "weight", "theory").squeeze()
    for k, name in enumerate(("uniform", "generalising", "memorising")):
        line(left, N, weight.isel(strategy=k), name, color=f"C{k}", label=name)
    left.set(xscale="log", ylim=(-0.03, 1.35))
    name_axes(left, "updates N", "weight", "Strategies")
    for k, name in enumerate(("loss_seen", "loss_fresh")):
        label = f"{name.removeprefix('loss_')} tasks"
        line(right, N, observable(tree, name, "theory").squeeze(), name, color=f"C{k}", label=label)
        draws = runs(tree, name).squeeze().transpose("record", "replica")[::3]
        draw_means(right, N[::3], draws, color=f"C{k}", ms=3)
    right.set(xscale="log")
    name_axes(right, "updates N", "loss, nats", "Averaged prediction")
    return figure


def plane(tree: xr.DataTree) -> Figure:
    """Relative distance over updates and tasks, with the transition of the mean gain."""
    figure = new_figure()
    axes = figure.subplots()
    distance = observable(tree, "relative_distance", "theory").mean("urn_set")
    N = observable(tree, "update", "theory").isel(n_tasks=0, urn_set=0).values
    D = distance["n_tasks"].values
    drawn = axes.pcolormesh(
        N,
        D,
        distance.transpose("n_tasks", "record"),
        cmap="Blues",
        shading="nearest",
        rasterized=True,
    )
    marks_ = [float(landmark("bayes_icl.strategies", "memorising_time", n_tasks=int(d))) for d in D]
    axes.plot(marks_, D, "-", color="C3", gid="landmark:memorising_time")
    axes.set(xscale="log", yscale="log", xlabel="updates N", ylabel="tasks D", xlim=(N[0], N[-1]))
    axes.set_title("0 generalising, 1 memorising")
    figure.colorbar(drawn, ax=axes)
    return figure


def evidence(tree: xr.DataTree) -> Figure:
    """Switch times over the penalty, with their spread."""
    figure = new_figure()
    axes = figure.subplots()
    draws = runs(tree, "switch_time")
    K, exact = draws["penalty"], observable(tree, "switch_time", "theory")
    spread = observable(tree, "switch_time_deviation", "theory")
    axes.errorbar(
        K,
        draws.mean("replica"),
        draws.std("replica"),
        fmt="o",
        ms=4,
        mfc="none",
        capsize=4,
        label="runs, with their spread",
    )
    line(axes, K, exact, color="C3", label="exact mean")
    axes.fill_between(
        K, exact - spread, exact + spread, color="C3", alpha=0.15, lw=0, label="exact spread"
    )
    name_axes(axes, "penalty K, nats", "sequences until the switch", "Weighing the evidence")
    return figure


def regression(tree: xr.DataTree) -> Figure:
    """Losses over the number of tasks, seen and fresh."""
    figure = new_figure()
    axes = figure.subplots()
    losses = runs(tree, "loss_memorising").mean("point")
    for k, on in enumerate(("seen", "fresh")):
        draws = along(losses, evaluate_on=on).transpose("n_tasks", "replica")
        draw_means(axes, draws["n_tasks"], draws, color=f"C{k}", label=f"memoriser, {on} tasks")
    ridge = along(runs(tree, "loss_generalising"), evaluate_on="seen").mean("point")
    axes.axhline(float(mean_and_error(ridge.mean("n_tasks"))[0]), color="C2", label="ridge")
    near = along(observable(tree, "nearest_task", "theory"), evaluate_on="fresh")
    axes.plot(near["n_tasks"], near, "--", color="k", lw=0.8, label="nearest task seen")
    axes.axvline(2.0**14, color="0.7", lw=0.8, zorder=0)
    axes.set(xscale="log", yscale="log", ylim=(None, 8.0 * float(losses.max())))
    name_axes(axes, "tasks D", "squared error, mean over points", "Eight inputs, 16 points")
    return figure


def hierarchy(tree: xr.DataTree, shots: xr.DataTree) -> Figure:
    """Regret over episodes; risk over episodes by shots."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    regret, exact = runs(tree, "regret"), observable(tree, "regret", "theory")
    at = np.unique(np.geomspace(1, exact.sizes["episode"] - 1, 12).astype(int))
    for k, p in enumerate(exact["dim"].values):
        n = np.arange(1, exact.sizes["episode"])
        line(left, n, exact.isel(space=k)[1:], f"{p}", color=f"C{k}", label=f"p = {p}")
        draw_means(
            left,
            at,
            regret.isel(space=k, episode=at).transpose("episode", "replica"),
            color=f"C{k}",
            ms=3,
        )
        left.plot(n, p * (p + 3) / 4 / n, "--", color=f"C{k}", lw=0.8)
    left.set(xscale="log", yscale="log")
    name_axes(left, "episodes N", "regret, nats", "Task vectors seen")
    risk, law = runs(shots, "risk"), observable(shots, "risk", "theory")
    for k, n in enumerate(law["shots"].values):
        curve = law.sel(shots=n).isel(between_variance=1)
        line(
            right,
            curve["episode"] if "episode" in curve.coords else range(len(curve)),
            curve,
            f"{n}",
            color=f"C{k}",
            label="1 shot" if n == 1 else f"{n} shots",
        )
        draws = risk.sel(shots=n).isel(between_variance=1, episode=[0, 3, 10, 30])
        draw_means(
            right, [0, 3, 10, 30], draws.transpose("episode", "replica"), color=f"C{k}", ms=3
        )
    right.set(yscale="log", ylim=(None, 4.0 * float(law.isel(between_variance=1).max())))
    name_axes(right, "episodes N", "squared error on a new task", "Shots of a new task")
    return figure
