"""Pictures of soft committees."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.specialisation.evidence import HARD, MODEL, height, slope_of, usual_rate
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


def rates(plateau: xr.DataTree, near: xr.DataTree) -> Figure:
    """The plateau's height over the rate, and where the solution ceases to attract."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    error = observable(plateau, "plateau_error", "theory")
    line(left, error["learning_rate"], error)
    low = height(int(parameter(plateau, "hidden_units")))
    left.axhline(low, color="0.5", ls="--", lw=1, zorder=0)
    left.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="error", title="Plateau")
    left.set_yticks([0.015, 0.02, 0.03, 0.05], ["0.015", "0.02", "0.03", "0.05"])
    left.minorticks_off()
    flow = observable(near, "flow_error", "theory")
    ratio = np.maximum(flow.isel(record=-1) / flow.isel(record=0), 1e-4)  # rounding is below
    k = int(parameter(near, "hidden_units"))
    shown = ratio["learning_rate"] >= 2.2
    line(right, ratio["learning_rate"][shown], ratio[shown])
    exact = landmark(MODEL, "rate_max", hidden_units=k, teacher_units=k)
    draw_landmark(right, exact)
    right.axvline(usual_rate(k), color="0.6", ls="-.", lw=1, zorder=0)
    right.axhline(1.0, color="0.8", lw=1, zorder=0)
    right.set(yscale="log", xlabel="learning rate", title="Where the solution ceases to attract")
    right.set(ylabel="error at t = 600 over the first", xticks=[2.2, 2.25, 2.3, 2.35])
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


MOMENTS = (0.0, 10.0, 30.0, 60.0, 100.0)  # examples per input


def matrices(tree: xr.DataTree) -> Figure:
    """Matrices of overlaps of the largest committee's first run, at the largest rate."""
    figure = new_figure(7.0, 3.2)
    q, r = observable(tree, "student_overlaps"), observable(tree, "teacher_overlaps")
    at = {"learning_rate": float(q["learning_rate"].max()), "size": int(q["size"].max())}
    q, r = q.sel(at).isel(replica=0), r.sel(at).isel(replica=0)
    t = observable(tree, "time", "theory").sel(at).values
    panels = figure.subplots(2, len(MOMENTS), squeeze=False)
    for column, moment in enumerate(MOMENTS):
        k = int(np.argmin(np.abs(t - moment)))
        for row, (of, other) in enumerate(((q, "unit2"), (r, "teacher_unit"))):
            image = panels[row][column].imshow(
                of.isel(record=k).transpose("unit", other), cmap="RdBu_r", vmin=-1.0, vmax=1.0
            )
            name = f"{'QR'[row]}, t = {t[k]:g}"
            panels[row][column].set(xticks=[], yticks=[], title=name)
    panels[0][0].set_ylabel("student")
    panels[1][0].set(xlabel="unit", ylabel="teacher")
    figure.colorbar(image, ax=panels, shrink=0.7, label="overlap")
    return figure
