"""Pictures of double descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.papers.drawing import draw_landmark, draw_means, line, new_figure, points
from toysim.papers.lines import theory_curve
from toysim.papers.reading import landmark, mean_and_error, observable, sides

MARKERS = "osD^v"


def samples(tree: xr.DataTree) -> Figure:
    """Excess error over samples per input, a colour a penalty."""
    figure = new_figure()
    axes = figure.subplots()
    excess = observable(tree, "excess_error")
    ratio = excess["sample_ratio"]
    for k, penalty in enumerate(excess["penalty"].values):
        name = f"penalty {penalty:g}"
        draws = excess.sel(penalty=penalty).transpose("sample_ratio", "replica")
        x, law = theory_curve(tree, "excess_error", "sample_ratio", penalty=penalty)
        for part in np.ma.clump_unmasked(np.ma.masked_invalid(law)):  # both sides of the peak
            line(axes, x[part], law[part], tag=f"{penalty:g}", color=f"C{k}")
        if penalty == 0.0:
            points(axes, ratio, draws.median("replica"), label=name, color=f"C{k}")
        else:
            draw_means(axes, ratio, draws, fmt=MARKERS[k], color=f"C{k}", mfc="none", label=name)
    draw_landmark(axes, landmark("teacher_student.ridge", "interpolation_threshold"))
    axes.set(xscale="log", yscale="log", xlabel="samples per input n/d", ylabel="excess error")
    axes.set_xticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
    axes.minorticks_off()
    axes.set_title("The peak at n = d goes with the penalty")
    axes.legend()
    return figure


def features(tree: xr.DataTree) -> Figure:
    """Excess and train error over features, a column an activation."""
    figure = new_figure()
    excess, _ = sides(tree, "excess_error")
    names = excess["activation"].values
    panels = figure.subplots(2, len(names), sharex=True, sharey="row", squeeze=False)
    for row, (observed, label) in enumerate(
        (("excess_error", "excess error"), ("train_error", "train error"))
    ):
        values, law = sides(tree, observed)
        for column, name in enumerate(names):
            axes = panels[row][column]
            for k, penalty in enumerate(law["penalty"].values):
                at = {"activation": name, "penalty": penalty}
                draws = values.sel(at).transpose("feature_ratio", "replica")
                psi = draws["feature_ratio"]
                look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none"}
                draw_means(axes, psi, draws, label=f"penalty {penalty:g}", **look)
                line(axes, psi, law.sel(at), color=f"C{k}")
            axes.set(xscale="log", yscale="log")
            axes.set_xticks([0.5, 1, 2, 5], ["0.5", "1", "2", "5"])
            axes.minorticks_off()
            axes.set_title(f"{name}, {label}")
            if row == 1:
                axes.set_xlabel("features per input p'/d")
        panels[row][0].set_ylabel(label)
    panels[0][0].legend()
    return figure


def dimensions(tree: xr.DataTree) -> Figure:
    """d (mean - limit) over d, with the first correction."""
    figure = new_figure()
    axes = figure.subplots()
    draws, law = sides(tree, "excess_error")
    limit = observable(tree, "limit_excess_error", "theory")
    mean, error = mean_and_error(draws)
    d = mean["dimension"]
    axes.errorbar(d, d * (mean - limit), d * error, fmt="o", ms=4, mfc="none", gid="simulation")
    line(axes, d, d * (law - limit), color="k", label="first correction")
    axes.set(xscale="log", xlabel="dimension d", ylabel="d (mean - limit)")
    axes.set_xticks(d.values, [f"{x:g}" for x in d.values])
    axes.minorticks_off()
    top = float(np.nanmax(d * (mean - limit + error)))
    axes.set_ylim(0.0, 1.2 * top)
    axes.set_title("A finite dimension costs c/d")
    axes.legend(loc="lower right")
    return figure


def spectrum(tree: xr.DataTree, tuned: xr.DataTree) -> Figure:
    """Excess error over samples of a power-law design, and the least over penalties."""
    figure = new_figure()
    axes = figure.subplots()
    excess = observable(tree, "excess_error")
    for k, penalty in enumerate(excess["penalty"].values):
        draws = excess.sel(penalty=penalty).transpose("sample_ratio", "replica")
        ratio = draws["sample_ratio"]
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none"}
        draw_means(axes, ratio, draws, label=f"penalty {penalty:g}", **look)
        x, law = theory_curve(tree, "excess_error", "sample_ratio", beyond=True, penalty=penalty)
        line(axes, x, law, color=f"C{k}")
    least = observable(tuned, "excess_error", "theory").min("penalty")
    axes.plot(least["sample_ratio"], least, "k--", lw=1, label="best penalty")
    axes.set(xscale="log", yscale="log", xlabel="samples per mode n/d", ylabel="excess error")
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    axes.minorticks_off()
    axes.set_title("Power-law inputs")
    axes.legend()
    return figure
