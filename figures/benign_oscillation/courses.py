"""Time courses: what single runs learn, their residuals, and how the oscillation ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.benign_oscillation.reading import WEAK, ended, steps
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

PARTS = ("strong", "weak", "noise")
LABEL_COLORS = ("#1f5a94", "#d98a1f")
LAW = "0.15"


def course(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """A time course, or its times, of runs without replicas."""
    return observable(tree, name, side)


def output(tree: xr.DataTree, part: str, side: str) -> xr.DataArray:
    """Right less wrong groups: the part of y f that a patch contributes."""
    groups = course(tree, f"{part}_groups", side)
    return groups.isel(role=0) - groups.isel(role=1)


def dynamics(tree: xr.DataTree) -> Figure:
    """Rows: parts of the output; columns: steps; colours: labels; noise is that of the weak
    samples.
    """
    gammas = steps(tree)
    figure = new_figure(3.6 * len(gammas), 7.4)
    panels = figure.subplots(3, len(gammas), sharex=True, sharey="row")
    words = {"strong": "strong feature", "weak": "weak feature", "noise": "noise, weak samples"}
    for row, part in enumerate(PARTS):
        for column, gamma in enumerate(gammas):
            axes = panels[row, column]
            draw_part(axes, tree, part, float(gamma))
            axes.set_title(f"{words[part]}, $\\gamma_u$ = {gamma:g}")
            if column == 0:
                axes.set_ylabel("part of the output $y f$")
            if row == 2:
                axes.set_xlabel("updates")
    panels[1, 0].legend(loc="upper left")
    for axes in panels[1]:
        axes.set_yscale("log")
    figure.suptitle("One run a step, on the same data, start and visits")
    return figure


def draw_part(axes: Any, tree: xr.DataTree, part: str, gamma: float) -> None:
    """One part's course: labels (or, for noise, the weak samples' mean) and, where it can be seen,
    the recursion.
    """
    time = course(tree, "time").sel(gamma_u=gamma).values
    for side, style in (("simulation", "-"), ("theory", "--"))[: 1 if part == "strong" else 2]:
        values = output(tree, part, side).sel(gamma_u=gamma)
        curves = (
            [values.isel(kind=WEAK)] if part == "noise" else [values.isel(label=k) for k in (0, 1)]
        )
        for k, curve in enumerate(curves):
            color = LAW if side == "theory" else "#2f7d4f" if part == "noise" else LABEL_COLORS[k]
            label = (
                ("recursion" if k == 0 else None)
                if side == "theory"
                else f"label {('+1', '-1')[k]}"
            )
            shown = np.where(curve > 0, curve, np.nan) if part == "weak" else curve
            keep = np.isfinite(shown)
            axes.plot(
                time[keep],
                np.asarray(shown)[keep],
                style,
                color=color,
                lw=0.6 if side == "simulation" else 0.9,
                label=label,
                gid=f"{side}:{part}:{gamma:g}:{k}",
            )


def residuals(tree: xr.DataTree) -> Figure:
    """Loss and the running sum of residuals of label +1, a colour a step."""
    figure = new_figure(10.5, 4.0)
    left, right = figure.subplots(1, 2)
    for k, gamma in enumerate(steps(tree)):
        time = course(tree, "time").sel(gamma_u=gamma).values
        for axes, name in ((left, "loss"), (right, "residual_sum")):
            values = course(tree, name).sel(gamma_u=gamma)
            values = values if name == "loss" else values.isel(label=0)
            axes.plot(
                time,
                values,
                color=f"C{k}",
                lw=0.8,
                label=f"$\\gamma_u$ = {gamma:g}",
                gid=f"{name}:{gamma:g}",
            )
        if gamma > 1:
            visits = time * parameter(tree, "strong_fraction") / 2
            slope = (gamma - 1) / (2 * gamma)
            short = visits * slope < 0.9 * course(tree, "residual_sum").values.max()
            right.plot(
                time[short],
                (visits * slope)[short],
                ":",
                color=f"C{k}",
                label=f"2-cycle, {gamma:g}",
            )
    left.set(
        yscale="log", xlabel="updates", ylabel="training loss", title="Loss of the training samples"
    )
    right.set(
        xlabel="updates",
        ylabel="sum of $1 - y f$ over strong visits",
        title="Residuals accumulate, label +1",
    )
    left.legend()
    right.legend()
    return figure


def ending(tree: xr.DataTree) -> Figure:
    """Weak output over V* and loss against updates; medians over the runs."""
    figure = new_figure(11.0, 4.2)
    left, right = figure.subplots(1, 2)
    groups = ended(tree, "weak_groups")
    weak = (groups.isel(role=0) - groups.isel(role=1)).mean("label").median("replica")
    loss = ended(tree, "loss").median("replica")
    ceiling = tree["theory"].to_dataset()["weak_ceiling"].isel(replica=0)
    time = observable(tree, "time")
    for k, gamma in enumerate(steps(tree)):
        t, label = time.sel(gamma_u=gamma), f"$\\gamma_u$ = {gamma:g}"
        left.plot(
            t, weak.sel(gamma_u=gamma), color=f"C{k}", lw=1.2, label=label, gid=f"weak:{gamma:g}"
        )
        left.axhline(float(ceiling.sel(gamma_u=gamma)), color=f"C{k}", ls=":", lw=1)
        right.plot(
            t, loss.sel(gamma_u=gamma), color=f"C{k}", lw=1, label=label, gid=f"loss:{gamma:g}"
        )
    left.set(
        xlabel="updates",
        ylabel="weak output $V$, median of the runs",
        title="The weak feature is learned; dotted: $V^*$",
    )
    right.set(
        xlabel="updates",
        ylabel="training loss, median of the runs",
        yscale="log",
        title="The oscillation dies out",
    )
    right.legend(loc="upper right")
    return figure
