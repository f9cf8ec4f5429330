"""Schedules in the river valley: what a decay reveals, and who ends lower."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import gaps
from toysim.papers.drawing import line, new_figure, note_counts, points
from toysim.papers.reading import entered, observable, sides

# A colour a schedule, in this order.
NAMES = {
    "constant": "constant",
    "wsd": "decay at the end",
    "greedy": "greedy decay",
    "cosine": "cosine",
}
POINTS = 40  # of a course
LONGEST = 2  # of the three budgets
DASHES = {1.0: "-", 1.8: "--"}  # the same peak; the same sum of rates


def river(courses: xr.DataTree, pairs: xr.DataTree) -> Figure:
    """Loss over time at three budgets, its two parts at the longest, and wsd against cosine."""
    figure = new_figure()
    (loss, position), (hill, gap) = figure.subplots(2, 2)
    draw_losses(loss, courses)
    draw_longest(position, courses, "position")
    position.set(ylabel="position x along the river", title="Progress at the longest budget")
    draw_longest(hill, courses, "hill_loss")
    hill.set_title("Bounce at the longest budget; lines: exact mean")
    hill.set(ylabel="loss above the river", yscale="log")
    for axes in (loss, position, hill):
        axes.set_xlabel("update")
        axes.legend()
    draw_gaps(gap, pairs)
    return figure


def draw_losses(axes: Any, tree: xr.DataTree) -> None:
    """Loss over time at every budget; the constant rate, whose budgets overlap, at the longest."""
    for schedule in ("wsd", "greedy", "cosine"):
        for budget in range(LONGEST, -1, -1):
            draw(axes, tree, "loss", schedule, budget)
    draw(axes, tree, "loss", "constant", LONGEST)
    axes.set_title("A decay reveals the progress, at every budget")
    axes.set(ylabel="mean loss", ylim=(-0.42, 0.25))


def draw_longest(axes: Any, tree: xr.DataTree, name: str) -> None:
    """One course of every schedule at the longest budget."""
    for schedule in NAMES:
        draw(axes, tree, name, schedule, LONGEST)


def draw(axes: Any, tree: xr.DataTree, name: str, schedule: str, budget: int) -> None:
    """Mean of one course over replicas, and the exact mean as a line; the longest budget is
    named.
    """
    at, tag = {"schedule": schedule, "budget": budget}, f"{name}:{schedule}:{budget}"
    t = observable(tree, "update").sel(at)
    draws, exact = sides(tree, name, **at)
    mean, color = draws.mean("replica"), f"C{list(NAMES).index(schedule)}"
    label = NAMES[schedule] + entered(draws) if budget == LONGEST else None
    few = slice(None, None, max(1, t.size // POINTS))
    points(axes, t[few], mean[few], tag, ms=2.5, color=color, label=label)
    line(axes, t, exact, tag, color=color, lw=0.8)


def draw_gaps(axes: Any, tree: xr.DataTree) -> None:
    """Final loss of wsd less cosine's, at the same peak and at the same sum of rates, over the
    budget.
    """
    rates = sorted({gap.wsd_rate for gap in gaps(tree)})
    for gap in gaps(tree):
        updates, color = gap.mean["n_steps"], f"C{rates.index(gap.wsd_rate)}"
        axes.errorbar(updates, gap.mean, gap.error, fmt="o", ms=4, mfc="none", color=color)
        note_counts(axes, updates, gap.mean, gap.draws)
        label = f"peak {gap.wsd_rate:g} against {gap.cosine_rate:g}"
        tag = f"gap:{gap.wsd_rate:g}:{gap.factor:g}"
        axes.plot(updates, gap.exact, DASHES[gap.factor], color=color, lw=1, label=label, gid=tag)
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set_yscale("symlog", linthresh=1e-3)
    axes.set(xlabel="updates", xscale="log", ylabel="final loss, wsd less cosine", ylim=(-10, 0.1))
    axes.set_title("Solid: same peak, wsd wins; dashed: same sum of rates, cosine")
    axes.legend(ncols=2)
