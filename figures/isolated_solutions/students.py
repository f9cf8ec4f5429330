"""Teacher and student: both saddle points over the load."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.panels import SAMPLED, draw_means
from toysim.figures.isolated_solutions.reading import SPINODAL, TRANSITION, means, theory
from toysim.papers.drawing import new_figure

STABLE, TEACHER = "#1f5a94", "#c0392b"


def students(tree: xr.DataTree, sampled: xr.DataTree) -> Figure:
    """Entropy and overlap over alpha; solid where the saddle point wins."""
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2)
    for axes, name, teacher in ((left, "entropy", 0.0), (right, "overlap", 1.0)):
        draw_branch(axes, tree, name)
        draw_teacher(axes, teacher)
        draw_sampled(axes, sampled, name)
        mark_loads(axes)
    left.set_title("The teacher wins where the entropy vanishes")
    left.set_ylabel("entropy of the students [nat per weight]")
    right.set(title="Perfect generalisation by a jump", ylim=(0, 1.05))
    right.set_ylabel("overlap with the teacher")
    for axes, place in ((left, "upper right"), (right, "lower right")):
        axes.legend(loc=place, frameon=True, framealpha=1, edgecolor="none")
    return figure


def draw_branch(axes: Any, tree: xr.DataTree, name: str) -> None:
    """The low branch: solid up to the transition, dashed where it is metastable."""
    low = theory(tree, name).sel(branch="low").dropna("alpha")
    wins = low.sel(alpha=slice(None, TRANSITION))
    axes.plot(low["alpha"], low, "--", color=STABLE, lw=1)
    names = {"label": "typical students", "gid": f"low:{name}"}
    axes.plot(wins["alpha"], wins, "-", color=STABLE, lw=1.8, **names)


def draw_teacher(axes: Any, value: float) -> None:
    """The teacher: dashed up to the transition, solid from there."""
    level = [value, value]
    axes.plot([0.0, TRANSITION], level, "--", color=TEACHER, lw=1)
    axes.plot([TRANSITION, 1.6], level, "-", color=TEACHER, lw=1.8, label="the teacher")


def draw_sampled(axes: Any, tree: xr.DataTree, name: str) -> None:
    """What message passing finds."""
    mean, error = means(tree, name)
    names = {"label": SAMPLED, "gid": f"sampled:{name}"}
    draw_means(axes, mean["alpha"], mean, error, mfc="white", color="0.25", **names)


def mark_loads(axes: Any) -> None:
    """Where the transition and the spinodal are."""
    for word, x, line in (("transition", TRANSITION, ":"), ("spinodal", SPINODAL, "-.")):
        axes.axvline(x, color="0.6", lw=0.8, ls=line, label=f"{word} {x:.4f}")
    axes.set(xlabel="patterns per weight $\\alpha$", xlim=(0, 1.6))
