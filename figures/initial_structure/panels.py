"""Figures of structured starts."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from toysim.figures.initial_structure.evidence import law, rms, times_ratio
from toysim.papers.drawing import line, name_axes, new_figure
from toysim.papers.reading import observable, runs


def rank(tree: xr.DataTree, aligned: xr.DataTree) -> Figure:
    """Change of the kernel over the rank, at two norms."""
    figure = new_figure()
    exact, inside = law(tree), observable(aligned, "kernel_change").isel(replica=0)
    norms = exact["start_norm"].values
    for axes, f in zip(figure.subplots(1, 2), norms, strict=True):
        for spectrum, color in (("flat", "C0"), ("gaussian", "C1")):
            mean, error = (values.sel(start_norm=f) for values in rms(tree, spectrum))
            look = {"fmt": "o", "ms": 4, "mfc": "none", "color": color, "label": spectrum}
            axes.errorbar(mean["rank"], mean, error, **look)
        values = inside.sel(start_norm=f)
        axes.plot(values["rank"], values, "s", ms=4, mfc="none", color="C2", label="aligned")
        line(axes, exact["rank"], exact.sel(start_norm=f), f"{f:.2f}", color="C0")
        title = f"Norm of the start $F^2$ = {f**2:.0f}"
        name_axes(axes, "rank r", "change of the kernel", title, ylim=(0, None))
    return figure


def recruitment(tree: xr.DataTree) -> Figure:
    """Recruited share over norm and perturbation, and the boundary."""
    figure = new_figure()
    axes = figure.subplots()
    ratio = times_ratio(tree)
    share = runs(tree, "recruited_share").mean("replica").transpose("perturbation", "start_norm")
    strength, eps = np.meshgrid(share["start_norm"] ** 2, share["perturbation"])
    mesh = axes.scatter(strength, eps, c=share.values, cmap="viridis", vmin=0, vmax=1, s=70)
    figure.colorbar(mesh, ax=axes, label="recruited share")
    levels = ratio.transpose("perturbation", "start_norm").values
    axes.contour(strength, eps, levels, [1.0], colors="0.3", linestyles="--")
    axes.plot([], [], "--", color="0.3", label="both times equal")
    axes.set(xscale="log", yscale="log")
    axes.set_ylim(2e-7, 0.2)
    axes.set_xlim(1.5, 55.0)
    axes.set_xticks(strength[0], [f"{b:.0f}" for b in strength[0]])
    axes.xaxis.set_minor_locator(NullLocator())
    name_axes(axes, "strength of the start B", "perturbation", "Fresh hidden directions")
    return figure
