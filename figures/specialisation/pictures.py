"""Pictures of soft committees."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.specialisation.evidence import (
    HARD,
    MODEL,
    by_units,
    height,
    largest_rate,
    slope_of,
    usual_rate,
)
from toysim.papers.drawing import (
    BLUE,
    RED,
    draw_landmark,
    draw_means,
    line,
    new_figure,
    points,
)
from toysim.papers.reading import landmark, observable, parameter, sides


def course(tree: xr.DataTree) -> Figure:
    """Error and overlaps over time, a column a size, at the largest rate."""
    figure = new_figure()
    error, _ = sides(tree, "error")
    flow = observable(tree, "flow_error", "theory")
    overlaps = observable(tree, "teacher_overlaps")
    eta = float(error["learning_rate"].max())
    sizes = error["size"].values
    t = observable(tree, "time", "theory").sel(learning_rate=eta).isel(size=0).values
    panels = figure.subplots(2, len(sizes), sharex=True, sharey="row", squeeze=False)
    plateau = landmark(MODEL, "plateau_error", learning_rate=eta)
    for column, size in enumerate(sizes):
        at = {"size": size, "learning_rate": eta}
        top, bottom = panels[0][column], panels[1][column]
        for k in range(error.sizes["replica"]):
            points(top, t[::5], error.sel(at).isel(replica=k)[::5], tag=str(k), color=f"C{k}")
        line(top, t, flow.sel(at), color="k", label="flow")
        draw_landmark(top, plateau, "y")
        top.set(yscale="log", title=f"error, N = {size:g}")
        run = overlaps.sel(at).isel(replica=0)
        for i in range(run.sizes["unit"]):
            for n in range(run.sizes["teacher_unit"]):
                curve = run.isel(unit=i, teacher_unit=n)
                bottom.plot(t, curve, ("-", "--")[n % 2], color=f"C{i}", lw=1.2)
        bottom.set(title="overlaps R of one run", xlabel="examples per input")
    panels[0][0].set_ylabel("error")
    panels[1][0].set_ylabel("overlap R")
    panels[0][0].legend()
    return figure


def escape(tree: xr.DataTree) -> Figure:
    """Escape times over ln N."""
    figure = new_figure()
    axes = figure.subplots()
    times = observable(tree, "escape_time").transpose("size", "replica")
    size = times["size"].values
    draw_means(axes, size, times, mfc="none", label="runs")
    slope, _ = slope_of(times)
    known = float(landmark(MODEL, "escape_slope", learning_rate=parameter(tree, "learning_rate")))
    mean = times.mean("replica").values
    centre = np.log(size).mean()
    line(
        axes,
        size,
        mean.mean() + known * (np.log(size) - centre),
        color="k",
        label=r"slope $1/(2\lambda)$",
    )
    axes.set(xscale="log", xlabel="inputs N", ylabel="escape time")
    axes.set_xticks(size, [f"{n:g}" for n in size])
    axes.minorticks_off()
    axes.set_title(f"The escape takes ln N: slope {slope:.1f}, predicted {known:.2f}")
    axes.legend()
    return figure


PLATEAUS = 4  # sweeps of plateaus; those next to solutions come behind


def small_rate(k: int) -> float:
    """lambda/eta on the plateau at small rates: 2 K/[pi (2K - 1)^(1/2) (2K + 1)^(3/2)]."""
    return float(2.0 * k / np.pi / np.sqrt(2.0 * k - 1.0) / (2.0 * k + 1.0) ** 1.5)


def rates(*trees: xr.DataTree) -> Figure:
    """The plateau's height and how fast it is left over the rate, and where the solution ceases to
    attract.
    """
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    plateaus, near = trees[:PLATEAUS], trees[PLATEAUS:]
    error, speed = (by_units(plateaus, f"plateau_{of}") for of in ("error", "rate"))
    for (k, high), (_, fast) in zip(error, speed, strict=True):
        eta = high["learning_rate"].values
        look = {"tag": str(k), "color": f"C{k - 2}", "label": f"K = {k}"}
        line(left, eta / largest_rate(k), high / height(k), **look)
        line(middle, eta / largest_rate(k), fast / (small_rate(k) * eta), **look)
    left.set(yscale="log", title="Plateau", ylabel="error over that at small rates")
    left.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
    left.minorticks_off()
    middle.set(title="Escape", ylabel="growth rate over the law", ylim=(0.0, 1.05))
    for axes in (left, middle):
        axes.set_xlabel("rate over the largest")
    for k, found in by_units(near, "flow_error"):
        eta = found["learning_rate"].values / largest_rate(k)
        falls = (found.isel(record=-1) < found.isel(record=0)).values
        for which, fill in ((falls, f"C{k - 2}"), (~falls, "none")):
            right.plot(np.full(which.sum(), k), eta[which], "o", color=f"C{k - 2}", mfc=fill)
        right.plot(k, usual_rate(k) / largest_rate(k), "kx", ms=5)
    right.axhline(1.0, color="0.6", ls=":", lw=1, zorder=0, gid="landmark:rate_max")
    right.set(ylim=(0.975, 1.025), xlim=(1.5, 4.5), xticks=[2, 3, 4], xlabel="units K")
    right.set(title="Does it converge?", ylabel="rate over the largest")
    left.legend()
    return figure


def hard(runs: xr.DataTree, curve: xr.DataTree) -> Figure:
    """Overlaps of sums and differences over the samples."""
    figure = new_figure(5.0, 3.6)
    axes = figure.subplots()
    for name, color in (("symmetric_overlap", BLUE), ("antisymmetric_overlap", RED)):
        label = {"symmetric_overlap": "sums", "antisymmetric_overlap": "differences"}[name]
        known = observable(curve, name, "theory")
        line(axes, known["sample_ratio"], known, tag=name, color=color, label=label)
        draws = observable(runs, name)
        draw_means(axes, draws["sample_ratio"].values, draws, mfc="none", color=color)
    draw_landmark(axes, landmark(HARD, "specialisation"))
    axes.set(xlabel=r"samples per input $\alpha$", ylabel="overlap", title="Hard units part")
    axes.legend()
    return figure
