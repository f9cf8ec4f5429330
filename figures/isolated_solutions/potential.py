"""The Franz-Parisi potential around a typical solution, near and far."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.reading import (
    at_infinite_size,
    converged,
    share_of_the_law,
    smallest_distances,
    theory,
)
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error

SHOWN = (0.5, 0.7)  # loads whose overlaps are drawn


def potential(tree: xr.DataTree) -> Figure:
    """Phi and x over the distance, q and t over the overlap."""
    figure = new_figure(13.5, 4.4)
    left, middle, right = figure.subplots(1, 3)
    for axes, name in ((left, "potential"), (middle, "coupling")):
        draw_curves(axes, tree, name)
        axes.set(xscale="log", xlabel="distance $d$ to a typical solution")
    for i, d_min in enumerate(smallest_distances(theory(tree, "alpha").values)):
        left.plot(d_min, 0.0, "o", ms=5, mfc="white", color=f"C{i}")
    left.plot([], [], "--", color="0.4", lw=1, label="negative")
    left.plot([], [], "o", mfc="white", color="0.4", label="no solution is closer")
    left.set(
        ylabel="potential $\\Phi$ [nat per weight]",
        title="How many solutions lie at a distance",
        ylim=(-0.08, 0.58),
    )
    left.legend(loc="upper left")
    middle.set(ylabel="field $x = -d\\Phi/dp$ [nat]", title="Field that holds a distance")
    for i, alpha in enumerate(SHOWN):
        here = theory(tree, "valid").sel(alpha=alpha).values
        p = theory(tree, "overlap").sel(alpha=alpha).values[here]
        for name, line, symbol in (("self_overlap", "-", "q"), ("cross_overlap", ":", "t")):
            right.plot(
                p,
                theory(tree, name).sel(alpha=alpha).values[here],
                line,
                color=f"C{i}",
                label=f"${symbol}$, $\\alpha$ = {alpha:g}",
            )
    right.plot([0, 1], [0, 1], color="0.8", lw=0.8, zorder=0)
    right.set(
        xlabel="overlap $p$ with the solution",
        ylabel="overlap",
        title="Two solutions at the distance ($q$)\nand another typical solution ($t$)",
    )
    right.legend(loc="upper left")
    return figure


def draw_curves(axes: Any, tree: xr.DataTree, name: str) -> None:
    """One curve a load over the distance, dashed where the potential is negative, while replica
    symmetry holds.
    """
    curves, distance = theory(tree, name), theory(tree, "distance").values
    valid, stable = theory(tree, "valid").values, theory(tree, "stability").values < 1.0
    for i, alpha in enumerate(curves["alpha"].values):
        d, y = distance[i], curves.values[i]
        axes.plot(d[stable[i]], y[stable[i]], "--", color=f"C{i}", lw=0.9)
        axes.plot(
            d[valid[i]],
            y[valid[i]],
            "-",
            color=f"C{i}",
            lw=1.6,
            label=f"$\\alpha$ = {alpha:g}",
            gid=f"{name}:{alpha:g}",
        )
    axes.axhline(0.0, color="0.6", lw=0.8)


def nearby(near: xr.DataTree, storage: xr.DataTree, small: xr.DataTree) -> Figure:
    """The square-root law, and Legendre transforms of small instances over 1/N."""
    figure = new_figure(9.5, 4.2)
    left, right = figure.subplots(1, 2)
    share, d = share_of_the_law(near, storage), theory(near, "distance").values
    for i, alpha in enumerate(share["alpha"].values):
        left.plot(d[i], share.values[i], "o-", ms=4, label=f"$\\alpha$ = {alpha:g}")
    left.axhline(1.0, color="0.6", lw=0.8)
    left.set(
        xscale="log",
        xlabel="distance $d$",
        ylabel="$[h_2(d) - \\Phi] / (0.955\\, \\alpha \\rho_0 \\sqrt{d})$",
        title="A square root of the distance is lost",
    )
    left.legend()
    mean, error = mean_and_error(converged(small, "legendre"))
    value, spread = at_infinite_size(small, "legendre")
    size = mean["size"].values
    for i, x in enumerate(mean["field"].values):
        right.errorbar(
            1.0 / size,
            mean.values[i],
            error.values[i],
            fmt="o",
            ms=4,
            color=f"C{i}",
            label=f"$x$ = {x:g}",
        )
        right.errorbar([0.0], [value[i]], [spread[i]], fmt="s", ms=4, mfc="none", color=f"C{i}")
        right.plot([0.0, 1.0 / size.min()], [value[i], mean.values[i][0]], ":", color=f"C{i}", lw=1)
        right.plot([-0.004], theory(small, "legendre").values[i, :1], ">", color=f"C{i}", ms=7)
    right.set(
        xlabel="1/N",
        ylabel="$\\psi(x)$ [nat per weight]",
        title="All configurations, every solution a reference",
    )
    right.plot([], [], ">", color="0.4", label="theory")
    right.plot([], [], "s", mfc="none", color="0.4", label="extrapolated")
    right.legend(loc="center right")
    return figure
