"""Nested logits: their loss surface, the plateau, and the time of the cliff."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.reading import clock
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

BLUE, RED = "#1f5a94", "#c0392b"


def surface(surface: xr.DataTree, descent: xr.DataTree) -> Figure:
    """Contours of the loss over (alpha, xi) and the courses from the origin and next to it, for L >
    N and L = N.
    """
    loss = observable(surface, "loss").isel(record=0)
    figure = new_figure(11.0, 4.4)
    for axes, n_labels in zip(
        figure.subplots(1, 2, sharey=True), loss["n_labels"].values, strict=True
    ):
        here = loss.sel(n_labels=n_labels).transpose("xi_start", "line")
        alpha, xi = here["alpha_start"].values, here["xi_start"].values
        drawn = axes.contourf(
            alpha, xi, here.values, levels=np.linspace(0, 8, 33), cmap="viridis", extend="max"
        )
        courses(axes, descent, n_labels, (alpha[0], alpha[-1]))
        n_pairs = int(parameter(descent, "n_pairs"))
        kind = "a saddle" if n_labels == n_pairs else "a slope, then a cliff"
        axes.set(xlabel="$\\alpha$", xlim=(alpha[0], alpha[-1]), ylim=(xi[0], xi[-1]))
        axes.set_title(f"N = {n_pairs}, L = {n_labels}: {kind}")
        axes.legend(loc="lower right", labelcolor="white")
    figure.axes[0].set_ylabel("$\\xi$")
    figure.colorbar(drawn, ax=figure.axes, label="loss")
    return figure


def courses(axes: Any, descent: Any, n_labels: int, shown: tuple[float, float]) -> None:
    """Courses that move at all, as far as they are on the map, with a dot at every 20 units of
    time.
    """
    alpha, xi = (observable(descent, name).sel(n_labels=n_labels) for name in ("alpha", "xi"))
    every = int(20 / clock(descent)[1])
    for k, start in enumerate(alpha["alpha_start"].values):
        a, x = alpha.isel(alpha_start=k).values, xi.isel(alpha_start=k).values
        on = (a > shown[0]) & (a < shown[1])
        if abs(a - a[0]).max() < 1e-9:
            axes.plot(a[:1], x[:1], "o", ms=6, color="white", mfc="none", label="rests")
            continue
        axes.plot(
            a[on],
            x[on],
            "-",
            lw=1.4,
            color="white",
            gid=f"course:{n_labels}:{start:g}",
            label=f"from $\\alpha$ = {start:g}, a dot every 20 units of time",
        )
        axes.plot(a[on][::every], x[on][::every], ".", ms=4, color="white")


def plateau(tree: xr.DataTree) -> Figure:
    """Loss over time in units of the cliff's, and over mu_xi t with attention frozen."""
    loss, time, t50 = (observable(tree, name) for name in ("loss", "time", "t50"))
    n_pairs, n_labels = int(parameter(tree, "n_pairs")), int(parameter(tree, "n_labels"))
    figure = new_figure(7.2, 4.2)
    axes = figure.subplots()
    moving = observable(tree, "alpha_mobility").values > 0
    for k, mu in enumerate(loss["xi_mobility"].values):
        colour = f"C{k}"
        for attention in range(2):
            here = {"xi_mobility": k, "attention": attention}
            t, value = time.isel(here).values[1:], loss.isel(here).values[1:]
            if moving[attention]:
                cliff = float(t50.isel(here))
                axes.plot(
                    mu * t,
                    value,
                    "-",
                    color=colour,
                    gid=f"loss:{mu:g}",
                    label=f"$\\mu_\\xi$ = {mu:g}, cliff at t = {cliff:.3g}",
                )
            else:
                axes.plot(mu * t, value, ":", color=colour, lw=1)
    for level, name in ((n_labels, "L"), (n_pairs, "N")):
        axes.axhline(np.log(level), color="0.5", lw=0.8, ls="--")
        axes.annotate(
            f"log {name}", (1.0, np.log(level)), xycoords=("axes fraction", "data"), va="center"
        )
    axes.set(
        xscale="log", xlabel="$\\mu_\\xi\\,t$", ylabel="loss", xlim=(1, None), title="N = 8, L = 32"
    )
    axes.legend(loc="lower left")
    return figure


def cliff_time(sizes: xr.DataTree, by_labels: xr.DataTree) -> Figure:
    """t50 with both estimates over N and over L; the estimates relative to it; local exponents."""
    figure = new_figure(16.0, 3.9)
    panels = figure.subplots(1, 4)
    draw_times(panels[0], sizes, "n_pairs")
    draw_times(panels[3], by_labels, "n_labels")
    panels[0].set(xlabel="pairs N, at L = 4N", title="Time of the cliff")
    panels[3].set(xlabel="labels L, at N = 8", title="Few labels make it late")
    n, t50 = observable(sizes, "n_pairs").values, observable(sizes, "t50").values
    for name, label in (
        ("lower", "lower estimate"),
        ("upper", "upper estimate"),
        ("law", "leading law"),
    ):
        values = observable(sizes, f"cliff_{name}", "theory").values / t50
        panels[1].plot(
            n[np.isfinite(values)], values[np.isfinite(values)], "o-", ms=3, lw=1, label=label
        )
    panels[1].axhline(1, color="0.3", lw=0.8)
    panels[1].set(
        xscale="log",
        xlabel="pairs N, at L = 4N",
        ylabel="estimate / time",
        title="The estimates close in",
    )
    exponent = np.diff(np.log(t50)) / np.diff(np.log(n))
    panels[2].plot(
        np.sqrt(n[1:] * n[:-1]),
        exponent,
        "o-",
        ms=4,
        color=BLUE,
        label="neighbours",
        gid="exponent",
    )
    panels[2].axhline(1.5, color=RED, ls="--", lw=1, label="3/2")
    panels[2].set(
        xscale="log",
        xlabel="pairs N, at L = 4N",
        ylabel="d log time / d log N",
        title="Local exponent",
    )
    for axes in panels:
        axes.legend(loc="best")
    return figure


def draw_times(axes: Any, tree: Any, over: str) -> None:
    """t50 over a parameter, the estimates as a band and their leading law where theory gives
    them.
    """
    x, t50 = observable(tree, over).values, observable(tree, "t50").values
    low, high, law = (
        observable(tree, f"cliff_{name}", "theory").values for name in ("lower", "upper", "law")
    )
    given = np.isfinite(low)
    axes.plot(x, t50, "o", ms=4, color=BLUE, label="flow", gid=f"t50:{over}")
    axes.fill_between(
        x[given],
        low[given],
        high[given],
        color=RED,
        alpha=0.35,
        lw=0,
        label="between the estimates",
    )
    axes.plot(x[given], law[given], ":", color="0.3", label="$N^{3/2}\\sqrt{L/(L-N)}$")
    axes.set(xscale="log", yscale="log", ylabel="time of the cliff")
