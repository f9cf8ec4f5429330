"""Solutions around a random configuration, around the teacher, and pairs of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.reading import converged, entropy_of_weights, theory
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error

PAIRS = (0.2, 0.5, 0.7)  # loads whose pairs of solutions are drawn


def landscapes(
    random: xr.DataTree,
    random_curve: xr.DataTree,
    planted: xr.DataTree,
    planted_curve: xr.DataTree,
    potential: xr.DataTree,
    storage: xr.DataTree,
) -> Figure:
    """Three panels: entropy over distance, with message passing on top where there is a sampler."""
    figure = new_figure(13.5, 4.4)
    left, middle, right = figure.subplots(1, 3)
    draw_curves(left, random_curve, "entropy")
    draw_sampled(left, random, "entropy")
    d = np.linspace(0.06, 0.94, 200)
    for i, alpha in enumerate(theory(random_curve, "alpha").values):
        annealed = entropy_of_weights(d) - alpha * np.log(2.0)
        left.plot(
            d[annealed > 0],
            annealed[annealed > 0],
            ":",
            color=f"C{i}",
            lw=1,
            label="annealed" if i == 0 else None,
        )
    left.set(
        title="Around a random configuration", ylabel="entropy [nat per weight]", ylim=(0, 0.68)
    )
    draw_curves(middle, planted_curve, "potential")
    draw_sampled(middle, planted, "potential")
    middle.axhline(0.0, color="0.6", lw=0.8)
    middle.set(title="Around the teacher", ylabel="potential [nat per weight]", ylim=(-0.02, 0.68))
    draw_pairs(right, potential, storage)
    for axes in (left, middle, right):
        axes.set_xlabel("distance $d$")
        axes.legend(loc="upper left", ncols=1 if axes is right else 2)
    return figure


def draw_curves(axes: Any, tree: xr.DataTree, name: str) -> None:
    """Theory where it is valid, load by load."""
    values, d, valid = (
        theory(tree, name),
        theory(tree, "distance").values,
        theory(tree, "valid").values,
    )
    for i, alpha in enumerate(values["alpha"].values):
        axes.plot(
            d[i][valid[i]],
            values.values[i][valid[i]],
            "-",
            color=f"C{i}",
            label=f"$\\alpha$ = {alpha:g}",
        )


def draw_sampled(axes: Any, tree: xr.DataTree, name: str) -> None:
    """Means over instances with standard errors, where theory is valid."""
    mean, error = mean_and_error(converged(tree, name))
    d = converged(tree, "distance").mean("replica").values
    valid = theory(tree, "valid").values
    for i in range(len(mean)):
        here = valid[i] & np.isfinite(mean.values[i])
        axes.errorbar(
            d[i][here],
            mean.values[i][here],
            error.values[i][here],
            fmt="o",
            ms=4,
            mfc="white",
            color=f"C{i}",
            gid=f"sampled:{name}:{i}",
            label="message passing, N = 1000" if i == 0 else None,
        )


def draw_pairs(axes: Any, curves: xr.DataTree, storage: xr.DataTree) -> None:
    """Pairs with a typical solution, s + Phi, below the annealed count of all pairs."""
    for i, alpha in enumerate(PAIRS):
        d = theory(curves, "distance").sel(alpha=alpha).values
        phi = theory(curves, "potential").sel(alpha=alpha).values
        sound = theory(curves, "valid").sel(alpha=alpha).values
        own = float(theory(storage, "entropy").sel(alpha=alpha, method="nearest"))
        axes.plot(
            d[sound],
            own + phi[sound],
            "-",
            color=f"C{i}",
            label=f"$s + \\Phi$, $\\alpha$ = {alpha:g}",
        )
        fine = np.geomspace(d.min(), 0.5, 200)
        both_right = 0.5 - np.arccos(1.0 - 2.0 * fine) / (2.0 * np.pi)
        annealed = np.log(2.0) + entropy_of_weights(fine) + alpha * np.log(both_right)
        axes.plot(fine, annealed, ":", color=f"C{i}", lw=1)
    axes.plot([], [], ":", color="0.4", lw=1, label="annealed")
    axes.set(
        title="Pairs of solutions",
        ylabel="entropy of pairs [nat per weight]",
        xscale="log",
        ylim=(0, None),
    )
