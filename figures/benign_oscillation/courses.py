"""Time courses: what single runs learn, their residuals, and how the oscillation ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.benign_oscillation.reading import WEAK, ceiling, output, steps
from toysim.models.oscillation.single_datum.closed_forms import orbit_mean_residual
from toysim.papers.drawing import BLUE, RED, new_figure
from toysim.papers.reading import ended, entered, observable, parameter

LABELS = (("label +1", BLUE), ("label -1", RED))
NOISE = (("label +1", BLUE),)
EVERY = 3  # records between two points
WINDOW = 11  # records that a loss is averaged over
LAW = (("recursion", "0.15"), (None, "0.15"))
# Of each part: title, curves of the network, and of the recursion where it can be seen beside them.
PARTS: dict[str, tuple[str, Any, Any]] = {
    "strong": ("strong feature", LABELS, ()),
    "weak": ("weak feature", LABELS, LAW),
    "noise": ("noise, weak samples", NOISE, LAW),
}


def dynamics(tree: xr.DataTree) -> Figure:
    """Rows: parts of the output; columns: steps; colours: labels; noise is that of the weak
    samples.
    """
    gammas = steps(tree)
    figure = new_figure()
    panels = figure.subplots(len(PARTS), len(gammas), sharex=True, sharey="row")
    for row, (part, (words, *_)) in zip(panels, PARTS.items(), strict=True):
        row[0].set_ylabel("part of the output $y f$")
        for axes, gamma in zip(row, gammas, strict=True):
            draw_part(axes, tree, part, gamma)
            axes.set_title(f"{words}, $\\gamma_u$ = {gamma:g}")
    for axes in panels[-1]:
        axes.set_xlabel("updates")
    panels[1, 0].legend(loc="upper left")
    for axes in panels[1]:
        axes.set_yscale("log")
    figure.suptitle("One run a step, on the same data, start and visits")
    return figure


def draw_part(axes: Any, tree: xr.DataTree, part: str, gamma: float) -> None:
    """One part's course at one step: the network's and the recursion's."""
    time = observable(tree, "time").sel(gamma_u=gamma).values
    _, network, law = PARTS[part]
    drawn = {"ms": 1.5, "mew": 0.4, "mfc": "none"}
    for side, looks, form in (("simulation", network, "o"), ("theory", law, "-")):
        curves = courses_of(part, observable(tree, f"{part}_groups", side).sel(gamma_u=gamma))
        for k, (curve, (label, color)) in enumerate(zip(curves, looks, strict=False)):
            keep = np.isfinite(curve)
            gid = f"{side}:{part}:{gamma:g}:{k}"
            few = keep & (np.arange(keep.size) % EVERY == k) if form == "o" else keep
            axes.plot(time[few], curve[few], form, color=color, label=label, gid=gid, **drawn)


def courses_of(part: str, groups: xr.DataArray) -> Any:
    """Both labels' courses or, of the noise, that of the weak samples; NaN where a logarithm has
    nothing to show.
    """
    values = output(groups)
    if part == "noise":
        return values.isel(kind=[WEAK]).values
    return (values.where(values > 0) if part == "weak" else values).values


def draw_step(axes: Any, k: int, time: xr.DataArray, values: xr.DataArray, lw: float) -> None:
    """The course at one step, number ``k`` of the sweep; a median where there are replicas."""
    x, y = time.isel(gamma_u=k), values.isel(gamma_u=k)
    gamma = f"{float(y['gamma_u']):g}"
    label = f"$\\gamma_u$ = {gamma}"
    if "replica" in y.dims:
        label, y = label + entered(y), y.median("replica")
    axes.plot(x, y, color=f"C{k}", lw=lw, label=label, gid=f"{values.name}:{gamma}")


def residuals(tree: xr.DataTree) -> Figure:
    """Loss and the running sum of residuals of label +1, a colour a step."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    time, loss, sums = (observable(tree, name) for name in ("time", "loss", "residual_sum"))
    top = 0.9 * float(sums.max())
    for k, gamma in enumerate(steps(tree)):
        draw_step(
            left, k, time, loss.rolling(record=WINDOW, center=True, min_periods=1).mean(), 1.0
        )
        draw_step(right, k, time, sums.isel(label=0), 0.8)
        if gamma > 1:
            visits = time.isel(gamma_u=k).values * parameter(tree, "strong_fraction") / 2
            draw_cycle(right, time.isel(gamma_u=k).values, visits, k, gamma, top)
    left.set(yscale="log", ylabel="training loss", title=f"Loss, mean of {WINDOW} records")
    right.set(ylabel="sum of $1 - y f$ over strong visits", title="Residuals accumulate, label +1")
    for axes in (left, right):
        axes.set_xlabel("updates")
        axes.legend()
    return figure


def draw_cycle(axes: Any, time: Any, visits: Any, k: int, gamma: float, top: float) -> None:
    """The sum of residuals on the strong feature's 2-cycle, up to ``top``."""
    sums = visits * orbit_mean_residual(gamma)
    short = sums < top
    axes.plot(time[short], sums[short], ":", color=f"C{k}", label=f"2-cycle, {gamma:g}")


def ending(tree: xr.DataTree) -> Figure:
    """Weak output over V* and loss against updates; medians over the runs."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    weak = output(ended(tree, "weak_groups")).mean("label").rename("weak")
    loss = ended(tree, "loss")
    time = observable(tree, "time")
    for k, top in enumerate(ceiling(tree).values):
        draw_step(left, k, time, weak, 1.2)
        left.axhline(top, color=f"C{k}", ls=":", lw=1)
        draw_step(right, k, time, loss, 1)
    left.set(ylabel="weak output $V$, median of the runs")
    left.set_title("The weak feature is learned; dotted: $V^*$")
    right.set(ylabel="training loss, median of the runs", yscale="log")
    right.set_title("The oscillation dies out")
    for axes in (left, right):
        axes.set_xlabel("updates")
    right.legend(loc="upper right")
    return figure
