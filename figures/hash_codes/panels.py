"""Figures of activation codes."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from toysim.figures.hash_codes.evidence import widths
from toysim.papers.drawing import RED, draw_means, name_axes, new_figure
from toysim.papers.reading import mean_and_error, observable


def regimes(chart: xr.DataTree, prototypes: xr.DataTree) -> Figure:
    """Redundancy over units and points with the critical width; accuracy of codes."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    mean = observable(chart, "redundancy").mean("replica").transpose("n_points", "n_units")
    mesh = left.pcolormesh(
        mean["n_units"], mean["n_points"], mean, shading="nearest", cmap="Blues", vmin=0, vmax=1
    )
    figure.colorbar(mesh, ax=left, label="redundancy")
    law = widths(chart, "width_of_a_tenth")
    left.plot(law, law["n_points"], color=RED, label="a tenth, by pairs", gid="landmark:width")
    left.set(xscale="log", yscale="log")
    name_axes(left, "units n", "points M", "Codes shared")
    left.legend(loc="lower right")
    draws = observable(prototypes, "prototype_accuracy")
    excess, _ = mean_and_error(observable(prototypes, "accuracy_excess"))
    law = draws.mean("replica") - excess
    draw_means(right, draws["n_units"], draws, mfc="none", label="codes")
    right.plot(law["n_units"], law, color="0.2", label="trinomial law", gid="theory:accuracy")
    right.set(xscale="log")
    right.set_xticks(draws["n_units"].values, [f"{n}" for n in draws["n_units"].values])
    right.xaxis.set_minor_locator(NullLocator())
    name_axes(right, "units n", "share right", "Two prototypes", ylim=(np.nanmin(law) - 0.02, 1.01))
    return figure
