"""Figures of teachers, frequencies, noise levels and angles."""

from __future__ import annotations

import math

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.curricula.reading import last, place
from toysim.papers.drawing import draw_means, line, name_axes, new_figure
from toysim.papers.reading import mean_and_error, observable, parameter, runs


def teachers(tree: xr.DataTree, noise: xr.DataTree) -> Figure:
    """Tasks mastered in time; speed-up by useless tasks and by noise."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    mastered = observable(tree, "mastered")
    exact = observable(tree, "mastered_mean", "theory")
    episode = observable(tree, "episode", "theory")
    for k, name in enumerate(("random", "progress")):
        at = {"teacher": place(mastered, "teacher", name), "n_tasks": 0}
        draws = mastered.isel(at).isel(record=slice(None, None, 5)).transpose("record", ...)
        draw_means(left, episode.isel(at)[::5], draws, color=f"C{k}", ms=3, label=name)
        if exact.isel(at).notnull().all():
            line(left, episode.isel(at), exact.isel(at), name, color=f"C{k}")
    name_axes(left, "episodes", "tasks mastered", "20 tasks")
    mean, _ = mean_and_error(runs(tree, "episodes"))
    slow, fast = (mean.isel(teacher=place(mean, "teacher", n)) for n in ("random", "progress"))
    law = observable(tree, "speed_up", "theory").isel(teacher=place(mean, "teacher", "progress"))
    middle.plot(law["n_tasks"], slow / fast, "o", ms=4, mfc="none", color="C0", label="runs")
    line(middle, law["n_tasks"], law, color="C3", label="exact")
    ceiling = parameter(tree, "unlock_at")
    middle.axhline(ceiling, color="k", ls="--", lw=0.8, label="visits a task needs")
    name_axes(middle, "tasks K", "speed-up", "Useless tasks", ylim=(0, 1.45 * ceiling))
    found, _ = mean_and_error(runs(noise, "episodes"))
    work = parameter(noise, "n_chain") * parameter(noise, "unlock_at")
    for k, K in enumerate(found["n_tasks"].values):
        curve = (K * work / found.sel(n_tasks=K))[1:]
        right.plot(
            curve["reward_noise"], curve, "o", ms=4, mfc="none", color=f"C{k}", label=f"K = {K}"
        )
    s = found["reward_noise"][1:]
    law = math.sqrt(math.pi) / (2.0 * parameter(noise, "capacity") * s)
    right.plot(s, law, "--", color="k", lw=0.8, label="large noise")
    right.set(xscale="log", yscale="log")
    name_axes(right, "noise on rewards", "speed-up", "Noise")
    return figure


def spectral(tree: xr.DataTree) -> Figure:
    """Loss over cost, short runs of both kinds of data."""
    figure = new_figure()
    loss, shown = observable(tree, "loss", "theory"), observable(tree, "exposed", "theory")
    update = observable(tree, "update", "theory")
    draws = runs(tree, "loss")
    d = parameter(tree, "n_modes")
    for axes, k in zip(figure.subplots(1, 2), (0, 1), strict=True):
        for j, name in enumerate(("full", "three_stage")):
            at = {"data": k, "n_steps": 0, "pacing": place(loss, "pacing", name)}
            gaps = update.isel(at).diff("record").values
            cost = [0.0, *(shown.isel(at).values[:-1] / d * gaps).cumsum()]
            label = name.replace("_", " ") if j else "all modes"
            line(axes, cost, loss.isel(at), name, color=f"C{j}", label=label)
            draw_means(
                axes,
                cost[::5],
                draws.isel(at)[..., ::5].transpose("record", "replica"),
                color=f"C{j}",
                ms=3,
            )
        a, b = float(loss["input_power"][k]), float(loss["signal_power"][k])
        axes.set(yscale="log")
        name_axes(axes, "cost, updates with all modes", "loss", f"a = {a:g}, b = {b:g}")
    return figure


def denoising(levels: xr.DataTree, tree: xr.DataTree) -> Figure:
    """Updates and relative entropy by level; excess by order."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    time = observable(levels, "time_level", "theory").isel(power=0)
    steps = observable(levels, "steps_to_1_percent", "theory")
    entropy = observable(levels, "relative_entropy", "theory")
    for k, a in enumerate(steps["power"].values):
        if steps.sel(power=a).notnull().all():
            line(left, time, steps.sel(power=a), f"steps:{a}", color=f"C{k}", label=f"a = {a:g}")
        if a > 0:
            line(middle, time, entropy.sel(power=a), f"kl:{a}", color=f"C{k}", label=f"a = {a:g}")
    left.set(yscale="log")
    middle.set(yscale="log")
    name_axes(left, "noise level t", "updates to 1 %", "Alone")
    name_axes(middle, "noise level t", "relative entropy, nats", "Step of a level")
    exact = last(observable(tree, "loss", "theory")) - observable(tree, "loss_least", "theory")
    floor = observable(tree, "loss_least", "theory")
    draws = last(runs(tree, "loss"))
    for k, name in enumerate(("joint", "easy_first", "hard_first")):
        at = {"order": place(exact, "order", name), "power": 0}
        label = name.replace("_", " ")
        line(right, exact["n_steps"], exact.isel(at), name, color=f"C{k}", label=label)
        above = (draws.isel(at) - floor.isel(at)).transpose("n_steps", "replica")
        draw_means(right, exact["n_steps"], above, color=f"C{k}", ms=3)
    right.set(xscale="log", yscale="log")
    name_axes(right, "updates", "loss above the least", "Order, a = 1")
    return figure


def angles(norms: xr.DataTree, tree: xr.DataTree) -> Figure:
    """Squared gradient over the concentration; loss over sequences by order."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    exact = last(observable(norms, "gradient_square", "theory")).transpose("error", "c")
    draws = last(runs(norms, "gradient_square")).transpose("error", "c", "replica")
    names = {0.0: "across", 0.3125: "in all directions", 1.0: "mostly along"}
    for k, along in enumerate(exact["start_along"].values):
        name = names[float(along)]
        c = exact["concentration_low"]
        line(left, c, exact[k], name, color=f"C{k}", label=name)
        draw_means(left, c, draws[k], color=f"C{k}", ms=3)
    left.set(yscale="log", ylim=(None, 30.0 * float(exact.max())))
    name_axes(left, "concentration c", "squared gradient", "Error at the start")
    loss = observable(tree, "loss", "theory").isel(shuffle=0)
    for axes, k in ((middle, 1), (right, 0)):
        for j, name in enumerate(("high_first", "shuffled", "low_first")):
            curve = loss.isel(error=k, order=place(loss, "order", name))
            label = {"high_first": "concentrated first", "low_first": "concentrated last"}.get(
                name, name
            )
            line(
                axes,
                range(curve.sizes["record"]),
                curve / curve[0],
                name,
                color=f"C{j}",
                label=label,
            )
        axes.axhline(0.2, color="0.6", lw=0.8, zorder=0)
        axes.set(yscale="log", ylim=(None, 8.0))
        name_axes(
            axes,
            "sequences",
            "loss over its start",
            f"Error {names[float(loss['start_along'][k])]}",
        )
    return figure
