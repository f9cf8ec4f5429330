"""One sample: the bifurcation diagram, and what the oscillation does to the weak feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import stability_limits
from toysim.models.oscillation.single_datum.closed_forms import orbit_mean_residual, weak_limit
from toysim.papers.drawing import BLUE, RED, draw_landmark, new_figure, points
from toysim.papers.reading import observable, parameter


def bifurcation(tree: xr.DataTree) -> Figure:
    """Last outputs of the strong feature over gamma with the orbit's closed form; the Lyapunov
    exponent below.
    """
    figure = new_figure()
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    draw_attractor(above, tree)
    draw_exponent(below, tree)
    for axes in (above, below):
        for mark in stability_limits():
            draw_landmark(axes, mark)
    return figure


def draw_attractor(axes: Any, tree: xr.DataTree) -> None:
    """Samples of the attractor over gamma; the fitted point and the orbit where they are stable."""
    samples = observable(tree, "strong_samples").transpose("gamma", "sample")
    n = samples.sizes["sample"]
    gamma = np.repeat(samples["gamma"].values, n)
    axes.plot(gamma, samples.values.ravel(), ".", ms=0.6, mew=0, color=BLUE, gid="samples")
    axes.plot([], [], "s", ms=3, color=BLUE, label=f"last {n} outputs")
    draw_law(axes, tree, "strong_low", "fitted point and orbit, closed form")
    draw_law(axes, tree, "strong_high", None)
    axes.set_title("The fit oscillates above $\\gamma = 1$, and doubles into chaos")
    axes.set_ylabel("strong output F")
    axes.legend(loc="upper left")


def draw_exponent(axes: Any, tree: xr.DataTree) -> None:
    """Lyapunov exponent over gamma; the closed form where there is one."""
    exponent = observable(tree, "lyapunov")
    look = {"ms": 3, "color": BLUE, "label": "simulation"}
    axes.plot(exponent["gamma"], exponent, ".", gid="lyapunov", **look)
    draw_law(axes, tree, "lyapunov", "closed form")
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set(xlabel="$\\gamma = 4\\eta\\,|u|^2/m$", ylabel="Lyapunov exponent", ylim=(-2.5, 0.9))
    fit, _, chaos = (float(mark) for mark in stability_limits())
    axes.set_title(f"Dotted: $\\gamma = {fit:g}$, $\\sqrt{{5}} - 1$ and {chaos:.4f}")
    axes.legend(loc="lower right")


def draw_law(axes: Any, tree: xr.DataTree, name: str, label: str | None) -> None:
    """Theory over gamma where it is known."""
    law = observable(tree, name, "theory").dropna("gamma")
    axes.plot(law["gamma"], law, "-", color=RED, lw=1, gid=f"theory:{name}", label=label)


def weak_feature(course: xr.DataTree, ends: xr.DataTree) -> Figure:
    """Running sum of the residual and weak output over time; weak output at the end over gamma."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    draw_sums(left, course)
    draw_growth(middle, course)
    for axes in (left, middle):
        axes.set(xlabel="update", xlim=(0, 20_000), xticks=range(0, 20_001, 5000))
        axes.legend()
    draw_ends(right, ends)
    return figure


def draw_sums(axes: Any, tree: xr.DataTree) -> None:
    """Running sum of the residual, with the slope of the orbit where there is one."""
    early, (fit, orbit, _) = np.arange(8000), map(float, stability_limits())
    for gamma in observable(tree, "gamma").values:
        color = draw_course(axes, tree, "residual_sum", gamma)
        if fit < gamma < orbit:
            law = orbit_mean_residual(gamma) * early
            axes.plot(early, law, "--", color=color, lw=1, gid=f"theory:{gamma:g}")
    axes.plot([], [], "--", color="0.4", lw=1, label="slope $(\\gamma-1)/2\\gamma$")
    axes.set(ylabel="sum of the residuals e", title="The residuals add up, until V stops them")


def draw_growth(axes: Any, tree: xr.DataTree) -> None:
    """The weak output."""
    for gamma in observable(tree, "gamma").values:
        draw_course(axes, tree, "weak", gamma)
    axes.set_title("The weak feature grows above $\\gamma = 1$")
    axes.set(ylabel="weak output V", yscale="log")


def draw_course(axes: Any, tree: xr.DataTree, name: str, gamma: float) -> Any:
    """An observable over the updates at one gamma; gives the colour it has."""
    update, values = (observable(tree, n).sel(gamma=gamma) for n in ("update", name))
    look = {"lw": 1.2, "label": f"$\\gamma$ = {gamma:g}", "gid": f"{name}:{gamma:g}"}
    (course,) = axes.plot(update, values, **look)
    return course.get_color()


def draw_ends(axes: Any, tree: xr.DataTree) -> None:
    """Weak output at the end over gamma, with the closed forms."""
    end = observable(tree, "final_weak")
    law = observable(tree, "final_weak", "theory").dropna("gamma")
    fine = np.linspace(1.005, float(end["gamma"].max()), 200)
    limit = weak_limit(fine, parameter(tree, "weak_ratio"))
    points(axes, end["gamma"], end, "final_weak", ms=4, color=BLUE, label="simulation")
    look = {"color": RED, "label": "$V^*(1 + r/4)$; small-step law"}
    axes.plot(law["gamma"], law, "--", gid="theory:final_weak", **look)
    axes.plot(fine, limit, "-", color=RED, lw=1, label="marginal stability $V^*$")
    axes.set(xlabel="$\\gamma$", ylabel="weak output V at the end", yscale="log")
    axes.set_title("It ends where the fit is stable again")
    axes.legend(loc="center left")
