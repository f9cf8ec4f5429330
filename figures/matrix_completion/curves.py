"""What a network ends with, against the time T_c at which its first data are taken away."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.matrix_completion.reading import damage, median, observed
from toysim.papers.drawing import new_figure
from toysim.papers.reading import parameter

SWITCH = "end of the deficit $T_c$ [flow time t]"
TEST_LOSS, DAMAGE = "final test loss", "final test loss less that without deficit"
DRAWS = "lines: median,\ndots: every draw"


def draw_curves(
    axes: Any, values: xr.DataArray, along: str, label: str, first_color: int = 0
) -> None:
    """A line of medians and the dots of all draws for each level of ``along``."""
    for k, level in enumerate(values[along].values, first_color):
        here = values.sel({along: level}).transpose("replica", "switch")
        middle, color = median(here), f"C{k}"
        axes.plot(
            here["switch"],
            middle,
            "-",
            color=color,
            lw=1.5,
            label=label.format(level),
            gid=f"median:{level}",
        )
        for one in here.values:
            axes.plot(here["switch"], one, ".", color=color, ms=3, alpha=0.5, gid=f"draw:{level}")
    frame(axes, values)
    axes.legend(title=DRAWS, title_fontsize=8)


def frame(axes: Any, values: xr.DataArray) -> None:
    """T_c on a logarithmic axis that also holds 0."""
    switches = values["switch"].values
    axes.set_xscale("symlog", linthresh=switches[1], linscale=0.4)
    axes.set(xlim=(-0.1 * switches[1], 1.3 * switches[-1]), xlabel=SWITCH)


def loss_figure(tree: xr.DataTree, along: str, label: str, title: str) -> Figure:
    """One panel of final test losses on a logarithmic scale."""
    figure = new_figure(6.4, 4.4)
    axes = figure.subplots()
    draw_curves(axes, observed(tree, "final_test_loss"), along, label)
    axes.set(yscale="log", ylabel=TEST_LOSS, title=title)
    return figure


def size_of(tree: xr.DataTree) -> str:
    return f"N = {parameter(tree, 'size')}"


def rank(tree: xr.DataTree) -> Figure:
    title = (
        f"First a task of another rank, then rank {parameter(tree, 'rank')} "
        f"({size_of(tree)}, D = 3)"
    )
    return loss_figure(tree, "rank_before", "first rank {}", title)


def entries(tree: xr.DataTree) -> Figure:
    title = (
        f"Rank {parameter(tree, 'rank_before')}, then rank {parameter(tree, 'rank')} "
        f"({size_of(tree)}, D = 3)"
    )
    return loss_figure(tree, "n_observed", "{} entries observed", title)


def subset(tree: xr.DataTree) -> Figure:
    title = (
        f"First {parameter(tree, 'n_observed_before')} entries of the same task, then more "
        f"({size_of(tree)}, D = 3)"
    )
    return loss_figure(tree, "n_observed", "then {}", title)


def start(tree: xr.DataTree) -> Figure:
    title = (
        f"Rank {parameter(tree, 'rank_before')}, then {parameter(tree, 'rank')}, by start "
        f"({size_of(tree)}, D = 3)"
    )
    return loss_figure(tree, "start_scale", "start $\\alpha$ = {:g}", title)


def subset_depth(tree: xr.DataTree) -> Figure:
    figure = new_figure(6.4, 4.4)
    axes = figure.subplots()
    draw_curves(axes, damage(tree), "depth", "depth {}")
    axes.axhline(0.0, color="0.5", lw=0.8, zorder=0)
    counts = f"{parameter(tree, 'n_observed_before')} entries, then {parameter(tree, 'n_observed')}"
    axes.set(ylabel=DAMAGE, title=f"First {counts} of the same task ({size_of(tree)})")
    return figure


def seeds(tree: xr.DataTree) -> Figure:
    figure = new_figure(6.4, 4.4)
    axes = figure.subplots()
    values = observed(tree, "final_test_loss").transpose("replica", "switch")
    for k, one in enumerate(values.values):
        axes.plot(
            values["switch"],
            one,
            "o-",
            ms=3,
            lw=0.8,
            color=f"C{k % 10}",
            gid=f"draw:{k}",
            label="one draw each" if k == 0 else None,
        )
    axes.plot(values["switch"], median(values), "k-", lw=2.5, label="median", gid="median")
    frame(axes, values)
    axes.legend()
    ranks = f"Rank {parameter(tree, 'rank_before')}, then {parameter(tree, 'rank')}"
    axes.set(
        yscale="log",
        ylabel=TEST_LOSS,
        title=f"{ranks}, in {len(values)} draws ({size_of(tree)}, D = 3)",
    )
    return figure


def decoupled(tree: xr.DataTree) -> Figure:
    figure = new_figure(11.0, 4.4)
    left, right = figure.subplots(1, 2)
    draw_curves(left, observed(tree, "final_test_loss"), "depth", "depth {}")
    left.set(
        yscale="log",
        ylabel=TEST_LOSS,
        title=f"First two diagonal blocks, then all entries ({size_of(tree)})",
    )
    ranks = observed(tree, "effective_rank").isel(depth=slice(1, None))
    draw_curves(right, ranks, "depth", "depth {}", first_color=1)
    right.axhline(parameter(tree, "rank"), color="0.5", lw=0.8, zorder=0)
    right.text(
        0.02,
        parameter(tree, "rank") - 0.05,
        "rank of the target",
        transform=right.get_yaxis_transform(),
        va="top",
        fontsize=8,
        color="0.4",
    )
    right.set(
        ylim=(parameter(tree, "rank") - 0.5, 1.05 * float(ranks.max())),
        ylabel="effective rank at the end",
    )
    right.set_title("depth 1 stays at full rank: not shown")
    return figure
