"""Figures of random subnetworks."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.sparse_subnetworks.evidence import advantage, best_densities, energies
from toysim.papers.drawing import BLUE, RED, line, name_axes, new_figure, points
from toysim.papers.reading import observable, runs


def density(tree: xr.DataTree) -> Figure:
    """Mean error against density by distance, and the errors of the tasks."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    mean = runs(tree, "mean_error").mean("replica").sel(rule="overwrite")
    exact, best = (
        observable(tree, "mean_error", "theory").sel(rule="overwrite"),
        best_densities(tree),
    )
    for k in range(mean.sizes["distance"]):
        color, tag = f"C{k}", f"{float(mean['distance'][k]):g}"
        law = exact.isel(distance=k)
        line(left, law["density"], law, tag, color=color, label=f"D = {tag}")
        points(left, law["density"], mean.isel(distance=k), tag, color=color)
        left.plot(best[k], np.interp(best[k], law["density"], law), "v", ms=6, color=color)
    name_axes(left, r"density $\rho$", "mean error", "Triangles: best density")
    error = runs(tree, "error").mean("replica").isel(distance=-1)
    at = int(np.abs(error["density"].values - best[-1]).argmin())
    for rule, color in (("overwrite", BLUE), ("freeze", RED)):
        course = error.sel(rule=rule).isel(density=at)
        right.plot(course["task"] + 1, course, "o-", ms=4, lw=1, color=color, label=rule)
    rho, far = float(error["density"][at]), float(error["distance"])
    name_axes(right, "task", "error", rf"$\rho$ = {rho:g}, D = {far:g}: mirrored in time")
    return figure


def layers(tree: xr.DataTree) -> Figure:
    """Erdos-Renyi less uniform, by total density."""
    figure = new_figure()
    axes = figure.subplots()
    apart = advantage(tree)
    for k, (name, color) in enumerate(zip(energies(tree), (BLUE, RED), strict=True)):
        axes.plot(apart["density"], apart[k], "o-", ms=4, lw=1, color=color, label=name)
    axes.axhline(0.0, color="0.7", lw=0.8, zorder=0)
    name_axes(axes, "total density", "error, Erdős–Rényi less uniform", "Below 0: Erdős–Rényi wins")
    return figure
