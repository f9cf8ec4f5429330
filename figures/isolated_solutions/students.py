"""Teacher and student: both saddle points over the load."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.reading import converged, theory
from toysim.models.perceptron import transitions
from toysim.papers.drawing import Data, mean_and_error, new_figure

PREFIX = "isolated_solutions."
STABLE, TEACHER = "#1f5a94", "#c0392b"


def students(data: Data) -> Figure:
    """Entropy and overlap over alpha; solid where the saddle point wins."""
    tree, sampled = data[f"{PREFIX}students"], data[f"{PREFIX}students_sampled"]
    first, last = transitions.first_order_transition().alpha, transitions.spinodal().alpha
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2)
    for axes, name, teacher in ((left, "entropy", 0.0), (right, "overlap", 1.0)):
        draw_branch(axes, tree, name, first)
        axes.plot([0.0, first], [teacher, teacher], "--", color=TEACHER, lw=1)
        axes.plot([first, 1.6], [teacher, teacher], "-", color=TEACHER, lw=1.8, label="the teacher")
        mean, error = mean_and_error(converged(sampled, name))
        axes.errorbar(
            mean["alpha"],
            mean,
            error,
            fmt="o",
            ms=4,
            mfc="white",
            color="0.25",
            label="message passing, N = 1000",
            gid=f"sampled:{name}",
        )
        for x, word in ((first, f"transition {first:.4f}"), (last, f"spinodal {last:.4f}")):
            axes.axvline(x, color="0.6", lw=0.8, ls=":" if x == first else "-.", label=word)
        axes.set(xlabel="patterns per weight $\\alpha$", xlim=(0, 1.6))
    left.set(
        ylabel="entropy of the students [nat per weight]",
        title="The teacher wins where the entropy vanishes",
    )
    right.set(
        ylabel="overlap with the teacher", title="Perfect generalisation by a jump", ylim=(0, 1.05)
    )
    left.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    right.legend(loc="lower right", frameon=True, framealpha=1, edgecolor="none")
    return figure


def draw_branch(axes: Any, tree: xr.DataTree, name: str, first: float) -> None:
    """The low branch: solid up to the transition, dashed where it is metastable."""
    values = theory(tree, name).sel(branch="low")
    alpha, there = values["alpha"].values, np.isfinite(values.values)
    wins = there & (alpha <= first)
    axes.plot(alpha[there], values.values[there], "--", color=STABLE, lw=1)
    axes.plot(
        alpha[wins],
        values.values[wins],
        "-",
        color=STABLE,
        lw=1.8,
        label="typical students",
        gid=f"low:{name}",
    )
