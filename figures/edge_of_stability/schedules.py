"""Schedules in the river valley: what a decay reveals, and who ends lower."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import gaps
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable

NAMES = {
    "constant": "constant",
    "wsd": "decay at the end",
    "greedy": "greedy decay",
    "cosine": "cosine",
}


MARKS = {1.0: ("-", "o"), 1.8: ("--", "s")}  # the same peak; the same sum of rates


def river(courses: xr.DataTree, pairs: xr.DataTree) -> Figure:
    """Loss over time at three budgets, its two parts at the longest, and wsd against cosine."""
    figure = new_figure(13.5, 7.4)
    (loss, position), (hill, gap) = figure.subplots(2, 2)
    longest = observable(courses, "loss").sizes["budget"] - 1
    draw_losses(loss, courses, longest)
    for k, (schedule, label) in enumerate(NAMES.items()):
        for axes, name in ((position, "position"), (hill, "hill_loss")):
            draw(axes, courses, name, schedule, longest, f"C{k}", label)
    position.set(ylabel="position x along the river", title="Progress at the longest budget")
    hill.set_title("Bounce at the longest budget; dashed: exact mean")
    hill.set(ylabel="loss above the river", yscale="log")
    for axes in (loss, position, hill):
        axes.set_xlabel("update")
        axes.legend()
    draw_gaps(gap, pairs)
    return figure


def draw_losses(axes: Any, tree: xr.DataTree, longest: int) -> None:
    """Loss over time at every budget; the constant rate, whose budgets overlap, at the longest."""
    for k, (schedule, label) in enumerate(NAMES.items()):
        for budget in range(longest, -1, -1) if schedule != "constant" else ():
            draw(axes, tree, "loss", schedule, budget, f"C{k}", None if budget else label)
    draw(axes, tree, "loss", "constant", longest, "C0", NAMES["constant"])
    axes.set_title("A decay reveals the progress, at every budget")
    axes.set(ylabel="mean loss", ylim=(-0.42, 0.25))


def draw(
    axes: Any,
    tree: xr.DataTree,
    name: str,
    schedule: str,
    budget: int,
    color: str,
    label: str | None,
) -> None:
    """Mean of one course over replicas, and the exact mean dashed."""
    at = {"schedule": schedule, "budget": budget}
    tag = f"{name}:{schedule}:{budget}"
    mean = observable(tree, name).sel(at).mean("replica")
    exact = observable(tree, name, "theory").sel(at)
    t = observable(tree, "update").sel(at)
    axes.plot(t, mean, "-", color=color, lw=1.2, label=label, gid=f"simulation:{tag}")
    axes.plot(t, exact, "--", color="k", lw=0.7, gid=f"theory:{tag}")


def draw_gaps(axes: Any, tree: xr.DataTree) -> None:
    """Final loss of wsd less cosine's, at the same peak and at the same sum of rates, over the
    budget.
    """
    rates = sorted({gap.wsd_rate for gap in gaps(tree)})
    for gap in gaps(tree):
        updates, color = gap.mean["n_steps"], f"C{rates.index(gap.wsd_rate)}"
        line, marker = MARKS[gap.factor]
        axes.errorbar(updates, gap.mean, gap.error, fmt=marker, ms=4, mfc="none", color=color)
        label = f"peak {gap.wsd_rate:g} against {gap.cosine_rate:g}"
        tag = f"gap:{gap.wsd_rate:g}:{gap.factor:g}"
        axes.plot(updates, gap.exact, line, color=color, lw=1, label=label, gid=tag)
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set_yscale("symlog", linthresh=1e-3)
    axes.set(xlabel="updates", xscale="log", ylabel="final loss, wsd less cosine", ylim=(-10, 0.1))
    axes.set_title("Same peak (circles): wsd wins. Same sum of rates (squares): cosine")
    axes.legend(ncols=2)
