"""Figures of pools of tasks."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.knowledge_accumulation.reading import START, frequencies, mean_over_pools
from toysim.models.continual.task_pool.closed_forms import edges
from toysim.papers.drawing import draw_landmark, line, new_figure, points
from toysim.papers.reading import landmark, observable, parameter


def accumulation(tree: xr.DataTree) -> Figure:
    """Loss over visits."""
    figure = new_figure()
    axes = figure.subplots()
    drawn = observable(tree, "pool_loss") / START
    visits = np.linspace(0, parameter(tree, "n_visits"), drawn.sizes["record"])
    one = drawn.isel(pool_draw=0, replica=0)
    axes.plot(visits, one, color="0.7", lw=0.8, label="one run", gid="run")
    points(axes, visits[::2], mean_over_pools(drawn.mean("replica"))[::2], label="mean of runs")
    law = mean_over_pools(observable(tree, "pool_loss", "theory")) / START
    line(axes, visits, law, label="theory")
    lost = mean_over_pools(observable(tree, "switch_forgetting", "theory")) / START
    lost = lost / (1.0 - 1.0 / parameter(tree, "n_tasks"))
    axes.plot(visits[1:], lost[1:], "k--", lw=0.8, label="forgotten at a switch", gid="lost")
    axes.set(yscale="log", xlabel="visits", ylabel="loss of the pool", ylim=(2e-5, 8))
    axes.set_title("Learned in spite of switches")
    axes.legend(loc="upper right", ncols=2, columnspacing=1.0, handlelength=1.5)
    return figure


def size(tree: xr.DataTree) -> Figure:
    """Late rate over K n/d."""
    figure = new_figure()
    axes = figure.subplots()
    rate = 1.0 - observable(tree, "random_rate", "theory").transpose("n_samples", "pool_draw")
    tasks, d = parameter(tree, "n_tasks"), parameter(tree, "dimension")
    rows = rate["n_samples"].values * tasks / d
    axes.plot(rows, rate.values, "o", ms=3, mfc="none", color="C0")
    fine = np.linspace(rows[0], rows[-1], 200)
    lower = edges(float(tasks), fine / tasks)[0]
    line(axes, fine, 1.0 - (1.0 - lower) ** 2, "edge", color="C1")
    mark = landmark("continual.task_pool", "critical_tasks", n_samples=6, dimension=d)
    draw_landmark(axes, mark, unit=tasks)
    axes.set(xlabel="rows of the pool a weight, K n/d", ylabel="late rate of the square error")
    axes.set_title("No rate at capacity (dotted)")
    return figure


def capacity(tree: xr.DataTree) -> Figure:
    """Loss over visits at and above capacity."""
    figure = new_figure()
    axes = figure.subplots()
    loss = mean_over_pools(observable(tree, "pool_loss", "theory")) / START
    visits = np.linspace(0, parameter(tree, "n_visits"), loss.sizes["record"])[1:]
    for k, n in enumerate(loss["n_samples"].values):
        rows = n * parameter(tree, "n_tasks") // parameter(tree, "dimension")
        row = loss.sel(n_samples=n)[1:]
        line(axes, visits, row, f"{n}", color=f"C{k}", label=f"K n = {rows} d")
    power = 1.5 * float(loss.sel(n_samples=6)[10]) * (visits / 100.0) ** -1.5
    axes.plot(visits[3:], power[3:], "k--", lw=0.8)
    axes.set(xscale="log", yscale="log", xlabel="visits", ylabel="loss of the pool")
    axes.set_title("At capacity and beyond")
    axes.legend(loc="lower left")
    return figure


def frequency(tree: xr.DataTree) -> Figure:
    """Loss of the tasks over their frequency."""
    figure = new_figure()
    axes = figure.subplots()
    drawn, law = (
        mean_over_pools(observable(tree, "task_loss", side)).isel(record=-1) / START
        for side in ("simulation", "theory")
    )
    for k, imbalance in enumerate((1.0, 2.0)):
        share = frequencies(parameter(tree, "n_tasks"), imbalance)
        runs = drawn.sel(imbalance=imbalance).mean("replica")
        points(axes, share, runs, f"{imbalance:g}", color=f"C{k}")
        label = f"imbalance {imbalance:g}"
        line(axes, share, law.sel(imbalance=imbalance), color=f"C{k}", label=label)
    axes.set(xscale="log", yscale="log", xlabel="share of visits", ylabel="loss of the task")
    axes.set_title("Rare tasks learn late")
    axes.legend(loc="upper right")
    return figure
