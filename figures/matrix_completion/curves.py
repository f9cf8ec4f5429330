"""What a network ends with, against the time T_c at which its first data are taken away."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.matrix_completion.reading import damage, median, observed, told
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
        x, color, name = here["switch"], f"C{k}", label.format(level)
        axes.plot(x, median(here), "-", color=color, lw=1.5, label=name, gid=f"median:{level}")
        for one in here.values:
            axes.plot(x, one, ".", color=color, ms=3, alpha=0.5, gid=f"draw:{level}")
    frame(axes, values)
    axes.legend(title=DRAWS)


def draw_damage(axes: Any, tree: xr.DataTree, title: str) -> None:
    """Damage by depth, and the line of no damage."""
    draw_curves(axes, damage(tree), "depth", "depth {}")
    axes.axhline(0.0, color="0.5", lw=0.8, zorder=0)
    axes.set(ylabel=DAMAGE, title=told(tree, title))


def draw_losses(axes: Any, tree: xr.DataTree, along: str, label: str, title: str) -> None:
    """Final test losses on a logarithmic scale."""
    draw_curves(axes, observed(tree, "final_test_loss"), along, label)
    axes.set(yscale="log", ylabel=TEST_LOSS, title=told(tree, title))


def frame(axes: Any, values: xr.DataArray) -> None:
    """T_c on a logarithmic axis that also holds 0."""
    switches = values["switch"].values
    axes.set_xscale("symlog", linthresh=switches[1], linscale=0.4)
    axes.set(xlim=(-0.1 * switches[1], 1.3 * switches[-1]), xlabel=SWITCH)


def one_panel() -> tuple[Figure, Any]:
    figure = new_figure()
    return figure, figure.subplots()


def loss_figure(tree: xr.DataTree, along: str, label: str, title: str) -> Figure:
    """One panel of final test losses at depth 3."""
    figure, axes = one_panel()
    draw_losses(axes, tree, along, label, f"{title} (N = {{size}}, D = 3)")
    return figure


def rank(tree: xr.DataTree) -> Figure:
    title = "First a task of another rank, then rank {rank}"
    return loss_figure(tree, "rank_before", "first rank {}", title)


def entries(tree: xr.DataTree) -> Figure:
    title = "Rank {rank_before}, then rank {rank}"
    return loss_figure(tree, "n_observed", "{} entries observed", title)


def subset(tree: xr.DataTree) -> Figure:
    title = "First {n_observed_before} entries of the same task, then more"
    return loss_figure(tree, "n_observed", "then {}", title)


def start(tree: xr.DataTree) -> Figure:
    title = "Rank {rank_before}, then {rank}, by start"
    return loss_figure(tree, "start_scale", "start $\\alpha$ = {:g}", title)


def subset_depth(tree: xr.DataTree) -> Figure:
    figure, axes = one_panel()
    counts = "{n_observed_before} entries, then {n_observed}"
    draw_damage(axes, tree, f"First {counts} of the same task (N = {{size}})")
    return figure


def seeds(tree: xr.DataTree) -> Figure:
    figure, axes = one_panel()
    values = observed(tree, "final_test_loss").transpose("replica", "switch")
    x = values["switch"]
    for k, one in enumerate(values.values):
        look = {"color": f"C{k % 10}", "label": None if k else "one draw each"}
        axes.plot(x, one, "o-", ms=3, lw=0.8, gid=f"draw:{k}", **look)
    axes.plot(x, median(values), "k-", lw=2.5, label="median", gid="median")
    frame(axes, values)
    axes.legend()
    title = f"Rank {{rank_before}}, then {{rank}}, in {len(values)} draws (N = {{size}}, D = 3)"
    axes.set(yscale="log", ylabel=TEST_LOSS, title=told(tree, title))
    return figure


def decoupled(tree: xr.DataTree) -> Figure:
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    title = "First two diagonal blocks, then all entries (N = {size})"
    draw_losses(left, tree, "depth", "depth {}", title)
    draw_ranks(right, tree)
    return figure


def draw_ranks(axes: Any, tree: xr.DataTree) -> None:
    """Effective rank at the end by depth above 1, and the target's."""
    ranks, target = observed(tree, "effective_rank"), parameter(tree, "rank")
    ranks = ranks.isel(depth=slice(1, None))
    draw_curves(axes, ranks, "depth", "depth {}", first_color=1)
    axes.axhline(target, color="0.5", lw=0.8, zorder=0)
    place = {"transform": axes.get_yaxis_transform(), "va": "top"}
    axes.text(0.02, target - 0.05, "rank of the target", size="small", color="0.4", **place)
    axes.set(ylim=(target - 0.5, 1.05 * float(ranks.max())), ylabel="effective rank at the end")
    axes.set_title("depth 1 stays at full rank: not shown")
