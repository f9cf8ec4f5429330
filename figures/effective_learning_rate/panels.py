"""Figures of effective learning rates."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.effective_learning_rate.reading import (
    OF_TASKS,
    SCHEDULES,
    capped,
    in_order,
    times,
)
from toysim.papers.drawing import draw_landmark, line, new_figure, points
from toysim.papers.reading import landmark, mean_and_error, observable


def rates(growth: xr.DataTree, stationary: xr.DataTree) -> Figure:
    """Effective rate over time; excess by schedule."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    t = times(growth)[1:]
    for k, gamma in enumerate(observable(growth, "effective_rate")["rate"].values):
        mean = observable(growth, "effective_rate").isel(rate=k).mean("replica")
        law = observable(growth, "effective_rate", "theory").isel(rate=k)
        look = {"color": f"C{k}"}
        points(left, t[::5], mean[1::5], f"{gamma:g}", label=f"$\\gamma$ = {gamma:g}", **look)
        line(left, t, law[1:], f"{gamma:g}", **look)
    left.plot(t, (0.5 * t) ** -0.5, "--", color="0.5", label=r"$(2\sigma^2\tau)^{-1/2}$")
    left.set(xscale="log", yscale="log", xlabel=r"$\tau$ (updates/d)", ylabel=r"$\lambda$")
    left.set_title("Effective rate")
    left.legend()
    t = times(stationary)[1:]
    found, laws = (
        in_order(observable(stationary, "excess_loss", side), SCHEDULES)
        for side in ("simulation", "theory")
    )
    for k, name in enumerate(SCHEDULES):
        mean, law = found.isel(learner=k).mean("replica"), laws.isel(learner=k)
        points(right, t[::4], mean[1::4], name, color=f"C{k}", label=name)
        line(right, t, law[1:], name, color=f"C{k}")
    right.set(xscale="log", yscale="log", xlabel=r"$\tau$ (updates/d)", ylabel="excess loss")
    right.set_ylim(top=1.0)
    right.set_title("Target at rest")
    right.legend()
    return figure


def plasticity(tasks: xr.DataTree, drifting: xr.DataTree) -> Figure:
    """Overlap at the end of every task; overlap with a turning target over time."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    ends, law = (
        in_order(observable(tasks, "task_end_overlap", side), OF_TASKS)
        for side in ("simulation", "theory")
    )
    number = 1 + np.arange(ends.sizes["task"])
    for k, name in enumerate(OF_TASKS):
        mean, error = mean_and_error(ends.isel(learner=k))
        left.errorbar(number, mean, error, fmt="o", ms=3, mfc="none", color=f"C{k}", label=name)
        line(left, number, law.isel(learner=k), name, color=f"C{k}")
    left.set(xlabel="task", ylabel="overlap at its end", ylim=(0, 1.05), title="Twenty tasks")
    left.legend(loc="lower left")
    t = times(drifting)
    overlap, law = (observable(drifting, "overlap", s) for s in ("simulation", "theory"))
    for j, (norm, style) in enumerate((("grow", "o"), ("project", "s"))):
        for k, drift in enumerate(overlap["drift"].values):
            mean = overlap.sel(norm=norm, drift=drift).mean("replica")
            label = f"$\\delta$ = {drift:g}" if j else None
            look = {"ls": "", "ms": 3, "mfc": "none", "color": f"C{k}", "marker": style}
            right.plot(t[::5], mean[::5], label=label, gid=f"simulation:{norm}:{drift:g}", **look)
            line(right, t, law.sel(norm=norm, drift=drift), f"{norm}:{drift:g}", color=f"C{k}")
    right.set(xlabel=r"$\tau$ (updates/d)", ylabel="overlap", ylim=(0, 1.15))
    right.set_title("Turning targets")
    right.legend(ncols=3, loc="upper right", columnspacing=0.8, handletextpad=0.2)
    return figure


def sensitivity(tree: xr.DataTree) -> Figure:
    """Excess over the rate, five learners, two sizes."""
    figure = new_figure()
    final = capped(tree)
    for axes, d in zip(figure.subplots(1, 2, sharey=True), final["dimension"].values, strict=True):
        for name in final["learner"].values:
            values = final.sel(dimension=d, learner=name)
            axes.plot(values["rate"], values, "o-", ms=3, mfc="none", lw=1, label=name)
        limit = landmark("drift.scale_invariant", "plain_stable_rate", dimension=int(d))
        draw_landmark(axes, limit)
        axes.set(xscale="log", yscale="log", xlabel=r"rate $\gamma$", title=f"d = {d}")
    figure.axes[0].set_ylabel("excess loss, at most the start's")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure
