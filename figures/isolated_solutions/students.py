"""Teacher and student: both saddle points over the load."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.reading import SPINODAL, TRANSITION, converged, theory
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error

STABLE, TEACHER = "#1f5a94", "#c0392b"


def students(tree: xr.DataTree, sampled: xr.DataTree) -> Figure:
    """Entropy and overlap over alpha; solid where the saddle point wins."""
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2)
    for axes, name, teacher in ((left, "entropy", 0.0), (right, "overlap", 1.0)):
        draw_branch(axes, tree, name)
        axes.plot([0.0, TRANSITION], [teacher, teacher], "--", color=TEACHER, lw=1)
        axes.plot(
            [TRANSITION, 1.6], [teacher, teacher], "-", color=TEACHER, lw=1.8, label="the teacher"
        )
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
        for word, x, line in (("transition", TRANSITION, ":"), ("spinodal", SPINODAL, "-.")):
            axes.axvline(x, color="0.6", lw=0.8, ls=line, label=f"{word} {x:.4f}")
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


def draw_branch(axes: Any, tree: xr.DataTree, name: str) -> None:
    """The low branch: solid up to the transition, dashed where it is metastable."""
    values = theory(tree, name).sel(branch="low")
    alpha, there = values["alpha"].values, np.isfinite(values.values)
    wins = there & (alpha <= TRANSITION)
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
