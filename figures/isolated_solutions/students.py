"""Teacher and student: both saddle points over the load."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.panels import SAMPLED
from toysim.figures.isolated_solutions.reading import student_loads, theory
from toysim.papers.drawing import BLUE, RED, draw_landmark, draw_means, new_figure
from toysim.papers.reading import ended, landmark


def students(tree: xr.DataTree, sampled: xr.DataTree) -> Figure:
    """Entropy and overlap over alpha; solid where the saddle point wins."""
    figure = new_figure()
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
    for axes in (left, right):
        axes.legend()
    return figure


def draw_branch(axes: Any, tree: xr.DataTree, name: str) -> None:
    """The low branch: solid up to the transition, dashed where it is metastable."""
    transition = student_loads("first_order_transition").item()
    low = theory(tree, name).sel(branch="low").dropna("alpha")
    wins = low.sel(alpha=slice(None, transition))
    axes.plot(low["alpha"], low, "--", color=BLUE, lw=1)
    names = {"label": "typical students", "gid": f"low:{name}"}
    axes.plot(wins["alpha"], wins, "-", color=BLUE, lw=1.8, **names)


def draw_teacher(axes: Any, value: float) -> None:
    """The teacher: dashed up to the transition, solid from there."""
    level, transition = [value, value], student_loads("first_order_transition").item()
    axes.plot([0.0, transition], level, "--", color=RED, lw=1)
    axes.plot([transition, 1.6], level, "-", color=RED, lw=1.8, label="the teacher")


def draw_sampled(axes: Any, tree: xr.DataTree, name: str) -> None:
    """What message passing finds."""
    draws = ended(tree, name)
    look: dict[str, Any] = {"label": SAMPLED, "gid": f"sampled:{name}", "color": "0.25"}
    draw_means(axes, draws["alpha"], draws, mfc="white", **look)


def mark_loads(axes: Any) -> None:
    """Where the transition and the spinodal are."""
    marks = {"transition": ("first_order_transition", ":"), "spinodal": ("spinodal", "-.")}
    for word, (name, ls) in marks.items():
        mark = landmark("perceptron.teacher_student", name)
        label = f"{word} {float(mark):.4f}"
        draw_landmark(axes, mark, lw=0.8, ls=ls, zorder=2, label=label)
    axes.set(xlabel="patterns per weight $\\alpha$", xlim=(0, 1.6))
