"""The learner of arXiv:2212.02846: courses, ends over the number of patterns, relaxation, forgetting."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure
from toysim.figures.binary_continual_learning import learning_evidence as evidence

from toysim.claims import Claim
from toysim.drawing import Data, Recipe, new_figure, observable

PREFIX = "binary_continual_learning."
LEARNING, SWITCH = f"{PREFIX}learning", f"{PREFIX}switch"
RELAXATION = f"{PREFIX}relaxation"
FORGETTING, FORGETTING_FAST = f"{PREFIX}forgetting", f"{PREFIX}forgetting_fast"
PRIOR, IMPERFECT = f"{PREFIX}prior", f"{PREFIX}imperfect"
# Ends of the range of alpha with two branches at beta = 20: spinodals of the high and of the low one.
COEXISTENCE = (1.499, 1.906)


def courses(data: Data) -> Figure:
    """Figures 1a, 1b, 1c: error on one task; errors on both tasks across the switch."""
    figure = new_figure(13.5, 4.0)
    left, middle, right = figure.subplots(1, 3)
    draw_courses(left, data[LEARNING], "error_1_course", "data", "alpha_1")
    left.set(xlim=(0, 150), title="One task: mean, and smallest to largest of the runs")
    for axes, name, task in ((middle, "error_1_course", 1), (right, "error_2_course", 2)):
        draw_courses(axes, data[SWITCH], name, "alpha_2", "alpha_2")
        axes.axvline(data[SWITCH]["simulation"]["epochs_1"].item(), color="0.5", lw=0.8, ls=":")
        axes.set_title(f"Error on task {task}, switched at the dotted line")
    return figure


def draw_courses(axes: Any, tree: xr.DataTree, name: str, dim: str, alpha: str) -> None:
    """Mean over replicas with the band from the smallest to the largest."""
    course = observable(tree, name)
    epoch = observable(tree, "epoch").isel(replica=0)
    for k in range(course.sizes[dim]):
        one, at = course.isel({dim: k}), epoch.isel({dim: k})
        value = float(course[alpha].values[k])
        symbol = {"alpha_1": "alpha", "alpha_2": "alpha_2"}[alpha]
        axes.fill_between(at, one.min("replica"), one.max("replica"), color=f"C{k}", alpha=0.2, lw=0)
        axes.plot(at, one.mean("replica"), color=f"C{k}", label=f"$\\{symbol}$ = {value:g}", gid=f"{name}:{value:g}")
    axes.set(xlabel="epoch", ylabel="generalisation error", ylim=(-0.01, 0.56))
    axes.legend()


def draw_points(axes: Any, tree: xr.DataTree, name: str, x: str, color: str, label: str, **at: Any) -> None:
    """Mean and standard deviation of descent's ends, as in the paper."""
    ends = observable(tree, name).sel(at)
    spread = ends.std("replica", ddof=1)
    axes.errorbar(ends[x], ends.mean("replica"), spread, fmt="o", ms=4, mfc="none", color=color, label=label)
