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


def river(tree: xr.DataTree, pairs: xr.DataTree) -> Figure:
    """Loss over time at three budgets, its two parts at the longest, and wsd against cosine."""
    figure = new_figure(13.5, 7.4)
    panels = figure.subplots(2, 2)
    n_budgets = observable(tree, "loss").sizes["budget"]
    for k, (schedule, label) in enumerate(NAMES.items()):
        for budget in range(n_budgets if schedule != "constant" else 0, 0, -1):
            draw(
                panels[0, 0],
                tree,
                "loss",
                schedule,
                budget - 1,
                f"C{k}",
                label if budget == 1 else None,
            )
        for axes, name in ((panels[0, 1], "position"), (panels[1, 0], "hill_loss")):
            draw(axes, tree, name, schedule, n_budgets - 1, f"C{k}", label)
    draw(panels[0, 0], tree, "loss", "constant", n_budgets - 1, "C0", NAMES["constant"])
    panels[0, 0].set(
        ylabel="mean loss",
        ylim=(-0.42, 0.25),
        title="A decay reveals the progress, at every budget",
    )
    panels[0, 1].set(ylabel="position x along the river", title="Progress at the longest budget")
    panels[1, 0].set(
        ylabel="loss above the river",
        yscale="log",
        title="Bounce at the longest budget; dashed: exact mean",
    )
    for axes in panels.ravel()[:3]:
        axes.set_xlabel("update")
        axes.legend()
    draw_pairs(panels[1, 1], pairs)
    return figure


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
    t = observable(tree, "update").sel(at).values
    tag = f"{name}:{schedule}:{budget}"
    axes.plot(
        t,
        observable(tree, name).sel(at).mean("replica"),
        "-",
        color=color,
        lw=1.2,
        label=label,
        gid=f"simulation:{tag}",
    )
    axes.plot(
        t, observable(tree, name, "theory").sel(at), "--", color="k", lw=0.7, gid=f"theory:{tag}"
    )


def draw_pairs(axes: Any, tree: xr.DataTree) -> None:
    """Final loss of wsd less cosine's, at the same peak and at the same sum of rates, over the
    budget.
    """
    n_steps = observable(tree, "final_loss")["n_steps"].values
    for k, gap in enumerate(gaps(tree)):
        line, marker = ("-", "o") if gap.factor == 1.0 else ("--", "s")
        color, tag = f"C{k // 2}", f"gap:{gap.wsd_rate:g}:{gap.factor:g}"
        axes.errorbar(n_steps, gap.mean, gap.error, fmt=marker, ms=4, mfc="none", color=color)
        label = f"peak {gap.wsd_rate:g} against {gap.cosine_rate:g}"
        axes.plot(n_steps, gap.exact, line, color=color, lw=1, label=label, gid=tag)
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set_yscale("symlog", linthresh=1e-3)
    axes.set(xlabel="updates", xscale="log", ylabel="final loss, wsd less cosine", ylim=(-10, 0.1))
    axes.set_title("Same peak (circles): wsd wins. Same sum of rates (squares): cosine")
    axes.legend(ncols=2)
