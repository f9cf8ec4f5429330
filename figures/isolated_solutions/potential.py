"""The Franz-Parisi potential around a typical solution, near and far."""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.panels import color_of, draw_curves, draw_zero, load
from toysim.figures.isolated_solutions.reading import (
    at_infinite_size,
    at_load,
    lost_to_one_threshold,
    means,
    share_of_the_law,
    smallest_distances,
    theory,
)
from toysim.papers.drawing import draw_means, new_figure
from toysim.papers.reading import ended

SHOWN = (0.5, 0.7)  # loads whose overlaps are drawn


def potential(tree: xr.DataTree) -> Figure:
    """Phi and x over the distance, q and t over the overlap."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    for axes, name in ((left, "potential"), (middle, "coupling")):
        draw_negative(axes, tree, name)
        draw_curves(axes, tree, name, lw=1.6)
        draw_zero(axes)
        axes.set(xscale="log", xlabel="distance $d$ to a typical solution")
    mark_zeros(left, tree)
    left.set_title("How many solutions lie at a distance")
    left.set(ylabel="potential $\\Phi$ [nat per weight]", ylim=(-0.08, 0.58))
    middle.set(ylabel="field $x = -d\\Phi/dp$ [nat]", title="Field that holds a distance")
    draw_overlaps(right, tree)
    for axes in (left, right):
        axes.legend(loc="upper left")
    return figure


def draw_negative(axes: Any, tree: xr.DataTree, name: str) -> None:
    """Dashed while replica symmetry holds: seen where the potential is negative."""
    curves, distance = theory(tree, name).values, theory(tree, "distance").values
    stable = theory(tree, "stability").values < 1.0
    for i, here in enumerate(stable):
        color = color_of(theory(tree, "alpha").values[i])
        axes.plot(distance[i][here], curves[i][here], "--", color=color, lw=0.9)


def mark_zeros(axes: Any, tree: xr.DataTree) -> None:
    """A ring where the potential of a load is zero."""
    loads = theory(tree, "alpha").values
    for alpha, d_min in zip(loads, smallest_distances(loads), strict=True):
        axes.plot(d_min, 0.0, "o", ms=5, mfc="white", color=color_of(alpha))
    axes.plot([], [], "--", color="0.4", lw=1, label="negative")
    axes.plot([], [], "o", mfc="white", color="0.4", label="no solution is closer")


def draw_overlaps(axes: Any, tree: xr.DataTree) -> None:
    """q and t over p; on the grey line they equal it."""
    for alpha in SHOWN:
        p, q, t = at_load(tree, alpha, "overlap", "self_overlap", "cross_overlap")
        axes.plot(p, q, "-", color=color_of(alpha), label=f"$q$, {load(alpha)}")
        axes.plot(p, t, ":", color=color_of(alpha), label=f"$t$, {load(alpha)}")
    axes.plot([0, 1], [0, 1], color="0.8", lw=0.8, zorder=0)
    axes.set(xlabel="overlap $p$ with the solution", ylabel="overlap")
    axes.set_title("Two solutions at the distance ($q$)\nand another typical solution ($t$)")


def nearby(near: xr.DataTree, storage: xr.DataTree, small: xr.DataTree) -> Figure:
    """The square-root law, and Legendre transforms of small instances over 1/N."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    draw_law(left, near, storage)
    draw_small(right, small)
    left.legend()
    right.legend(loc="center right")
    return figure


def draw_law(axes: Any, near: xr.DataTree, storage: xr.DataTree) -> None:
    """What the potential loses at a distance, over the square-root law."""
    share, d = share_of_the_law(near, storage), theory(near, "distance").values
    for i, alpha in enumerate(share["alpha"].values):
        axes.plot(d[i], share.values[i], color=color_of(alpha), label=load(alpha))
    draw_zero(axes, 1.0)
    axes.set(xscale="log", xlabel="distance $d$", title="A square root of the distance is lost")
    law = f"{2 * lost_to_one_threshold():.3f}\\, \\alpha \\rho_0 \\sqrt{{d}}"
    axes.set_ylabel(f"$[h_2(d) - \\Phi] / ({law})$")


def draw_small(axes: Any, tree: xr.DataTree) -> None:
    """Means over small instances, what they are extrapolated to, and theory at 1/N = 0."""
    mean, _ = means(tree, "legendre")
    draws = ended(tree, "legendre").transpose(*mean.dims, "replica")
    value, spread = at_infinite_size(tree, "legendre")
    inverse = 1.0 / mean["size"].values
    for i, x in enumerate(mean["field"].values):
        y, colour = mean.values[i], f"C{i}"
        draw_means(axes, inverse, draws[i], color=colour, label=f"$x$ = {x:g}")
        axes.errorbar([0.0], [value[i]], [spread[i]], fmt="s", ms=4, mfc="none", color=colour)
        axes.plot([0.0, inverse.max()], [value[i], y[0]], ":", color=colour, lw=1)
        axes.plot([-0.004], theory(tree, "legendre").values[i, :1], ">", color=colour, ms=7)
    axes.plot([], [], ">", color="0.4", label="theory")
    axes.plot([], [], "s", mfc="none", color="0.4", label="extrapolated")
    axes.set(xlabel="1/N", ylabel="$\\psi(x)$ [nat per weight]")
    axes.set_title("All configurations, every solution a reference")
