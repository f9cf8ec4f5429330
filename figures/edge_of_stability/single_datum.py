"""One sample: the bifurcation diagram, and what the oscillation does to the weak feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.edge_of_stability.reading import CHAOS_ABOVE, ORBIT_STABLE_BELOW
from toysim.models.oscillation.single_datum.closed_forms import orbit_mean_residual, weak_limit
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable

DOTS, LAW = "#1f5a94", "#c0392b"


def _thresholds(axes: Any) -> None:
    for at in (1.0, ORBIT_STABLE_BELOW, CHAOS_ABOVE):
        axes.axvline(at, color="0.6", ls=":", lw=1, zorder=0)


def bifurcation(tree: xr.DataTree) -> Figure:
    """Last outputs of the strong feature over gamma with the orbit's closed form; the Lyapunov
    exponent below.
    """
    gamma = observable(tree, "gamma").values
    samples = observable(tree, "strong_samples").transpose("gamma", "sample").values
    figure = new_figure(8.0, 6.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    above.plot(
        np.repeat(gamma, samples.shape[1]),
        samples.ravel(),
        ".",
        ms=0.6,
        mew=0,
        color=DOTS,
        gid="samples",
    )
    above.plot([], [], "s", ms=3, color=DOTS, label=f"last {samples.shape[1]} outputs")
    for name in ("strong_low", "strong_high"):
        law = observable(tree, name, "theory").values
        known = np.isfinite(law)
        above.plot(
            gamma[known],
            law[known],
            "-",
            color=LAW,
            lw=1,
            gid=f"theory:{name}",
            label="fitted point and orbit, closed form" if name == "strong_low" else None,
        )
    above.set(
        ylabel="strong output F",
        title="The fit oscillates above $\\gamma = 1$, and doubles into chaos",
    )
    above.legend(loc="upper left")
    law = observable(tree, "lyapunov", "theory").values
    known = np.isfinite(law)
    below.plot(
        gamma,
        observable(tree, "lyapunov").values,
        ".",
        ms=3,
        color=DOTS,
        gid="lyapunov",
        label="simulation",
    )
    below.plot(
        gamma[known], law[known], "-", color=LAW, lw=1, gid="theory:lyapunov", label="closed form"
    )
    below.axhline(0, color="0.3", lw=0.8)
    below.set(xlabel="$\\gamma = 4\\eta\\,|u|^2/m$", ylabel="Lyapunov exponent", ylim=(-2.5, 0.9))
    below.set_title("Dotted: $\\gamma = 1$, $\\sqrt{5} - 1$ and 1.3023")
    below.legend(loc="lower right")
    for axes in (above, below):
        _thresholds(axes)
    return figure


def weak_feature(course: xr.DataTree, weak_feature: xr.DataTree) -> Figure:
    """Running sum of the residual and weak output over time; weak output at the end over gamma."""
    figure = new_figure(13.5, 4.2)
    left, middle, right = figure.subplots(1, 3)
    draw_courses(left, middle, course)
    draw_ends(right, weak_feature)
    return figure


def draw_courses(left: Any, middle: Any, tree: xr.DataTree) -> None:
    """Running sum of the residual with the orbit's slope, and the weak output, a colour a gamma."""
    for k, gamma in enumerate(observable(tree, "gamma").values):
        t = observable(tree, "update").sel(gamma=gamma).values
        for axes, name in ((left, "residual_sum"), (middle, "weak")):
            here = observable(tree, name).sel(gamma=gamma).values
            axes.plot(
                t,
                here,
                color=f"C{k}",
                lw=1.2,
                label=f"$\\gamma$ = {gamma:g}",
                gid=f"{name}:{gamma:g}",
            )
        if 1 < gamma < ORBIT_STABLE_BELOW:
            early = t[t < 8000]
            left.plot(
                early,
                orbit_mean_residual(gamma) * early,
                "--",
                color=f"C{k}",
                lw=1,
                gid=f"theory:{gamma:g}",
            )
    left.plot([], [], "--", color="0.4", lw=1, label="slope $(\\gamma-1)/2\\gamma$")
    left.set(ylabel="sum of the residuals e", title="The residuals add up, until V stops them")
    middle.set(
        ylabel="weak output V", yscale="log", title="The weak feature grows above $\\gamma = 1$"
    )
    for axes in (left, middle):
        axes.set(xlabel="update", xlim=(0, 20_000), xticks=range(0, 20_001, 5000))
        axes.legend()


def draw_ends(axes: Any, tree: xr.DataTree) -> None:
    """Weak output at the end over gamma, with the closed forms."""
    gamma, end = observable(tree, "gamma").values, observable(tree, "final_weak").values
    law = observable(tree, "final_weak", "theory").values
    known, label = np.isfinite(law), "$V^*(1 + r/4)$; small-step law"
    axes.plot(gamma, end, "o", ms=4, mfc="none", color=DOTS, label="simulation", gid="final_weak")
    axes.plot(gamma[known], law[known], "x", ms=4, color=LAW, label=label, gid="theory:final_weak")
    fine = np.linspace(1.005, gamma[-1], 200)
    limit = weak_limit(fine, float(observable(tree, "weak_ratio")))
    axes.plot(fine, limit, "-", color=LAW, lw=1, label="marginal stability $V^*$")
    axes.set(xlabel="$\\gamma$", ylabel="weak output V at the end", yscale="log")
    axes.set_title("It ends where the fit is stable again")
    axes.legend(loc="center left")
