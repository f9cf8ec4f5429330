"""Figures of unlearning."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.models.continual.deletion.closed_forms import mean_amplification, mean_damping
from toysim.papers.drawing import draw_means, line, new_figure, points
from toysim.papers.reading import observable, parameter


def influence(tree: xr.DataTree) -> Figure:
    """Relative error over leverage."""
    figure = new_figure()
    axes = figure.subplots()
    error, leverage = (observable(tree, n) for n in ("relative_error", "leverage"))
    for k, m in enumerate(error["n_deleted"].values):
        x, y = (v.sel(n_deleted=m).values.ravel() for v in (leverage, error))
        label = "1 row" if m == 1 else f"{m} rows"
        axes.plot(x, y, "o", ms=2, mfc="none", mew=0.6, color=f"C{k}", label=label, gid=f"{m}")
    axes.plot([1e-3, 1], [1e-3, 1], "k-", lw=0.8, gid="equal")
    axes.set(xscale="log", yscale="log", xlabel="mean leverage", ylabel="relative error")
    axes.set_title("One influence step")
    axes.legend(loc="upper left")
    return figure


def steps(tree: xr.DataTree) -> Figure:
    """What is left of the rows over steps."""
    figure = new_figure()
    axes = figure.subplots()
    left, law = (observable(tree, "leftover", side) for side in ("simulation", "theory"))
    for k, m in enumerate(left["n_deleted"].values):
        row, exact = (v.sel(n_deleted=m).mean("replica") for v in (left, law))
        points(axes, row["iterations"], row, f"{m}", color=f"C{k}")
        label = "1 row" if m == 1 else f"{m} rows"
        line(axes, exact["iterations"], exact, f"{m}", color=f"C{k}", label=label)
    axes.set(yscale="log", xlabel="steps", ylabel="left of the rows", title="Repeated steps")
    axes.set_xticks(left["iterations"].values)
    axes.legend(loc="lower left")
    return figure


def amplification(tree: xr.DataTree) -> Figure:
    """Amplification and damping over d/n."""
    figure = new_figure()
    axes = figure.subplots()
    drawn = observable(tree, "amplification")
    d = parameter(tree, "dimension")
    n = np.geomspace(drawn["n_samples"].min(), drawn["n_samples"].max(), 100)
    laws = {"influence": mean_amplification(n, d), "add": mean_damping(n, d)}
    for k, (method, label) in enumerate((("influence", "deletion"), ("add", "insertion"))):
        one = drawn.sel({"method": method}).transpose("n_samples", "replica")
        draw_means(axes, d / one["n_samples"], one, color=f"C{k}", mfc="none")
        line(axes, d / n, laws[method], method, color=f"C{k}", label=label)
    axes.axhline(1.0, color="0.6", lw=0.8)
    axes.set(yscale="log", xlabel="d/n", ylabel="change over residual", title="Row in or out")
    axes.legend(loc="upper left")
    return figure
