"""Nested logits: their loss surface, the plateau, and the time of the cliff."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.reading import clock, counts, local_exponent
from toysim.papers.drawing import BLUE, RED, draw_landmark, new_figure
from toysim.papers.reading import landmark, observable, parameter

COLORS = {-1.0: "#CC79A7", 0.0: "white", 1.0: RED}  # of courses, by where they start
ESTIMATES = {"lower": "lower estimate", "upper": "upper estimate", "law": "leading law"}


def surface(surface: xr.DataTree, descent: xr.DataTree) -> Figure:
    """Contours of the loss over (alpha, xi) and the courses from the origin and next to it, for L >
    N and L = N.
    """
    loss = observable(surface, "loss").isel(record=0)
    n_pairs, label_counts = int(parameter(descent, "n_pairs")), loss["n_labels"].values
    figure = new_figure()
    for axes, n_labels in zip(figure.subplots(1, 2, sharey=True), label_counts, strict=True):
        drawn = draw_surface(axes, loss.sel(n_labels=n_labels))
        draw_courses(axes, descent, n_labels)
        kind = "a saddle" if n_labels == n_pairs else "a slope, then a cliff"
        axes.set_title(f"N = {n_pairs}, L = {n_labels}: {kind}")
        axes.legend()
    figure.axes[0].set_ylabel("$\\xi$")
    figure.colorbar(drawn, ax=figure.axes, label="loss")
    return figure


def draw_surface(axes: Any, loss: xr.DataArray) -> Any:
    """Filled contours of the loss."""
    alpha, xi = loss["alpha_start"].values, loss["xi_start"].values
    values = loss.transpose("xi_start", "line").values
    axes.set(xlabel="$\\alpha$", xlim=(alpha[0], alpha[-1]), ylim=(xi[0], xi[-1]))
    levels = np.linspace(0, 8, 33)
    return axes.contourf(alpha, xi, values, levels=levels, cmap="viridis", extend="max")


def draw_courses(axes: Any, descent: xr.DataTree, n_labels: int) -> None:
    """Courses that move at all, as far as they are on the map, with a dot at every 20 units of
    time.
    """
    here = {"n_labels": n_labels}
    alpha, xi = (observable(descent, name).sel(here) for name in ("alpha", "xi"))
    low, high = axes.get_xlim()
    every = int(20 / clock(descent)[1])
    for start, a, x in zip(alpha["alpha_start"].values, alpha.values, xi.values, strict=True):
        if abs(a - a[0]).max() < 1e-9:
            axes.plot(a[:1], x[:1], "o", ms=6, color="k", mfc="none", label="rests")
            continue
        on = (a > low) & (a < high)
        color = COLORS[np.sign(start)]
        label = f"from $\\alpha$ = {start:g}"
        names = {"gid": f"course:{n_labels}:{start:g}", "label": label}
        axes.plot(a[on], x[on], "-", lw=1.4, color=color, **names)
        axes.plot(a[on][::every], x[on][::every], ".", ms=4, color=color)


def plateau(tree: xr.DataTree) -> Figure:
    """Loss over time in units of the cliff's, and over mu_xi t with attention frozen."""
    figure = new_figure()
    axes = figure.subplots()
    for k, mu in enumerate(observable(tree, "xi_mobility").values):
        draw_plateau(axes, tree, mu, f"C{k}")
    n_pairs, n_labels = counts(tree)
    for level, name in ((n_labels, "L"), (n_pairs, "N")):
        mark = landmark("induction_head.logits", "plateau_loss", n_pairs=level)
        at, units = (1.0, float(mark)), ("axes fraction", "data")
        draw_landmark(axes, mark, along="y", color="0.5", lw=0.8, ls="--", zorder=2)
        axes.annotate(f"log {name}", at, xycoords=units, va="center")
    axes.set(xscale="log", xlabel="$\\mu_\\xi\\,t$", xlim=(1, None), ylabel="loss")
    axes.set_title(f"N = {n_pairs}, L = {n_labels}")
    axes.legend(loc="lower left")
    return figure


def draw_plateau(axes: Any, tree: xr.DataTree, mu: float, colour: str) -> None:
    """The loss at one mobility of the classifier, attention moving and frozen (dotted)."""
    loss, time, t50 = (
        observable(tree, name).sel(xi_mobility=mu) for name in ("loss", "time", "t50")
    )
    for k, moves in enumerate(observable(tree, "alpha_mobility").values > 0):
        x, y = (mu * time).isel(attention=k)[1:], loss.isel(attention=k)[1:]
        if moves:
            label = f"$\\mu_\\xi$ = {mu:g}, cliff at t = {float(t50.isel(attention=k)):.3g}"
            axes.plot(x, y, "-", color=colour, gid=f"loss:{mu:g}", label=label)
        else:
            axes.plot(x, y, ":", color=colour, lw=1)


def cliff_time(sizes: xr.DataTree, by_labels: xr.DataTree) -> Figure:
    """t50 with both estimates over N and over L; the estimates relative to it; local exponents."""
    figure = new_figure()
    panels = figure.subplots(1, 4)
    draw_times(panels[0], sizes, "n_pairs")
    draw_estimates(panels[1], sizes)
    draw_exponent(panels[2], sizes)
    draw_times(panels[3], by_labels, "n_labels")
    titles = ("Time of the cliff", "The estimates close in", "Local exponent")
    for axes, title in zip(panels, (*titles, "Few labels make it late"), strict=True):
        axes.set(xscale="log", xlabel="pairs N, at L = 4N", title=title)
        axes.legend(loc="best")
    panels[3].set_xlabel("labels L, at N = 8")
    return figure


def estimate(tree: xr.DataTree, name: str) -> Any:
    """Theory's time of the cliff by ``name`` of ESTIMATES; NaN outside its range."""
    return observable(tree, f"cliff_{name}", "theory").values


def draw_times(axes: Any, tree: xr.DataTree, over: str) -> None:
    """t50 over a parameter, the estimates as a band and their leading law where theory gives
    them.
    """
    x, t50 = observable(tree, over).values, observable(tree, "t50").values
    low, high, law = (estimate(tree, name) for name in ESTIMATES)
    given = np.isfinite(low)
    axes.plot(x, t50, "o", ms=4, color=BLUE, label="flow", gid=f"t50:{over}")
    band = {"color": RED, "alpha": 0.35, "lw": 0, "label": "between the estimates"}
    axes.fill_between(x[given], low[given], high[given], **band)
    axes.plot(x[given], law[given], ":", color="0.3", label="$N^{3/2}\\sqrt{L/(L-N)}$")
    axes.set(xscale="log", yscale="log", ylabel="time of the cliff")


def draw_estimates(axes: Any, tree: xr.DataTree) -> None:
    """The estimates over t50."""
    n, t50 = observable(tree, "n_pairs").values, observable(tree, "t50").values
    for name, label in ESTIMATES.items():
        ratio = estimate(tree, name) / t50
        given = np.isfinite(ratio)
        axes.plot(n[given], ratio[given], "o-", ms=3, lw=1, label=label)
    axes.axhline(1, color="0.3", lw=0.8)
    axes.set_ylabel("estimate / time")


def draw_exponent(axes: Any, tree: xr.DataTree) -> None:
    """Exponents between neighbours, at the geometric mean of their N."""
    n, exponent = local_exponent(tree)
    names = {"label": "neighbours", "gid": "exponent"}
    axes.plot(np.sqrt(n[1:] * n[:-1]), exponent, "o-", ms=4, color=BLUE, **names)
    axes.axhline(1.5, color=RED, ls="--", lw=1, label="3/2")
    axes.set_ylabel("d log time / d log N")
