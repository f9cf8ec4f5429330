"""How long a mode takes to learn: from rich to lazy, and against depth."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from toysim.figures.learning_regimes.evidence import SINGULAR_VALUES, kernel_change
from toysim.models.deep_linear.closed_forms import (
    deep_learning_time,
    learning_time,
    plateau_length,
    strength_unbalanced,
)
from toysim.papers.drawing import Data, new_figure, observable, parameter

SHOWN = (0.0, 0.1, 1.0, 10.0, 100.0)  # imbalances whose courses are drawn


def rich_lazy(data: Data) -> Figure:
    """Courses, times to half strength and the kernel's change against the imbalance."""
    tree = data["learning_regimes.rich_lazy"]
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    figure = new_figure(13.5, 4.2)
    left, middle, right = figure.subplots(1, 3)

    course = observable(tree, "mode_strength").squeeze("pathway", drop=True)
    time = observable(tree, "time")
    fine = np.geomspace(2e-3, 6.0, 300)
    for k, imbalance in enumerate(SHOWN):
        here = {"layer_offset": imbalance}
        left.plot(
            fine,
            strength_unbalanced(fine, s, start, imbalance),
            color=f"C{k}",
            lw=1.2,
            label=f"{imbalance:g}",
            gid=f"theory:lambda={imbalance:g}",
        )
        t, strength = time.sel(here).values, course.sel(here).values
        few = np.unique(np.geomspace(1, len(t) - 1, 25).astype(int))
        left.plot(
            t[few],
            strength[few],
            "o",
            color=f"C{k}",
            ms=3,
            mfc="none",
            gid=f"simulation:lambda={imbalance:g}",
        )
    left.set(
        xscale="log",
        xlabel="flow time t",
        ylabel="strength K of the mode",
        title="from rich to lazy, S = 1",
    )
    left.set_xlim(1e-4, 8)
    left.legend(title="imbalance $\\lambda$;\npoints: simulation,\nlines: exact", title_fontsize=8)

    half = observable(tree, "half_learning_time")
    swept = np.geomspace(4e-4, 200.0, 200)
    exact = observable(tree, "half_learning_time", "theory")
    # lambda = 0 has no place on a logarithmic axis: it stands at its left end.
    place = np.maximum(half["layer_offset"].values, swept[0])
    middle.plot(
        place, half, "o", ms=4, mfc="none", color="C0", label="simulation", gid="simulation"
    )
    middle.plot(place, exact, "x", ms=4, color="C3", label="theory", gid="theory")
    rich = np.log(s / start - 1) / (2 * s)
    middle.axhline(rich, ls=":", color="0.4", label="rich: $\\ln(S/K_0 - 1)/2S$")
    lazy = np.log(2 * (1 - start / s)) / swept
    middle.plot(
        swept[lazy < 3], lazy[lazy < 3], "--", color="0.4", lw=1, label="lazy: $\\ln 2 / \\lambda$"
    )
    middle.set(
        xscale="log",
        yscale="log",
        xlabel="imbalance $\\lambda / S$ ($\\lambda = 0$ at the left end)",
    )
    middle.set(ylabel="time to half strength [flow time t]", title="learning time")
    middle.legend()

    right.plot(
        place,
        kernel_change(tree),
        "o",
        ms=4,
        mfc="none",
        color="C0",
        label="simulation",
        gid="simulation",
    )
    change = np.hypot(swept, 2 * s) / np.hypot(swept, 2 * start) - 1
    right.plot(swept, change, "-", color="C3", lw=1.2, label="exact", gid="theory")
    right.axhline(1.0, color="0.8", lw=0.8, zorder=0)
    right.set(
        xscale="log",
        yscale="log",
        xlabel="imbalance $\\lambda / S$ ($\\lambda = 0$ at the left end)",
    )
    right.set(
        ylabel="relative change of the kernel", title="the kernel moves if rich, rests if lazy"
    )
    right.legend()
    return figure


def rich_lazy_network(data: Data) -> Figure:
    """Courses of a matrix network's modes at three imbalances, and every mode's time to half
    strength.
    """
    tree = data["learning_regimes.rich_lazy_network"]
    figure = new_figure(13.5, 3.8)
    *courses, last = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.3))
    simulated, exact = (
        observable(tree, "mode_strength", side).squeeze("pathway", drop=True)
        for side in ("simulation", "theory")
    )
    time = observable(tree, "time")
    for axes, imbalance, end in zip(courses, (0.0, 1.0, 10.0), (8.0, 2.0, 0.5), strict=True):
        here = {"balance": imbalance}
        t = time.sel(here).values
        shown = np.flatnonzero(t <= end)
        for mode, s in enumerate(SINGULAR_VALUES):
            points, line = (v.sel(here).isel(mode=mode).values for v in (simulated, exact))
            few = shown[:: max(len(shown) // 20, 1)]
            axes.plot(
                t[shown],
                line[shown],
                "-",
                color=f"C{mode}",
                lw=1.2,
                label=f"S = {s:g}",
                gid=f"theory:S={s:g}",
            )
            axes.plot(
                t[few],
                points[few],
                "o",
                color=f"C{mode}",
                ms=3,
                mfc="none",
                gid=f"simulation:S={s:g}",
            )
        axes.set(xlabel="flow time t", title=f"$\\lambda$ = {imbalance:g}", ylim=(-0.2, 5.4))
    courses[0].set_ylabel("strength K of the mode")
    courses[0].legend(
        title="points: simulation, lines: exact", title_fontsize=8, loc="upper right", ncols=2
    )
    half = observable(tree, "half_learning_time")
    place = np.maximum(half["balance"].values, 0.02)  # lambda = 0 stands at the left end
    for mode, s in enumerate(SINGULAR_VALUES):
        last.plot(
            place,
            half.isel(mode=mode),
            "o-",
            color=f"C{mode}",
            ms=4,
            lw=0.8,
            mfc="none",
            label=f"S = {s:g}",
        )
    last.plot(place[-2:], np.log(2) / place[-2:], "--", color="0.3", label="$\\ln 2/\\lambda$")
    last.set(
        xscale="log", yscale="log", xlabel="imbalance $\\lambda$ ($\\lambda = 0$ at the left end)"
    )
    last.set(ylabel="time to half strength [flow time t]", title="one by one, or all at once")
    last.legend()
    return figure


def rich_lazy_depth(data: Data) -> Figure:
    """Time to half strength against the offset of the other layers, a colour a depth."""
    tree = data["learning_regimes.rich_lazy_depth"]
    s, start = parameter(tree, "singular_value"), parameter(tree, "start_strength")
    figure = new_figure(7.0, 4.4)
    axes = figure.subplots()
    simulated, exact = (
        observable(tree, "half_learning_time", side) for side in ("simulation", "theory")
    )
    offset = simulated["layer_offset"].values
    for k, depth in enumerate(simulated["depth"].values):
        color = f"C{k}"
        axes.plot(
            offset,
            simulated.sel(depth=depth),
            "o",
            color=color,
            ms=3,
            mfc="none",
            gid=f"simulation:depth={depth}",
        )
        axes.plot(
            offset,
            exact.sel(depth=depth),
            color=color,
            lw=1.2,
            label=f"D = {depth}",
            gid=f"theory:depth={depth}",
        )
        axes.axhline(
            learning_time(start, s / 2, s, int(depth)), 0.0, 0.12, color=color, ls=":", lw=1.2
        )
        lazy = np.log(2 * (1 - start / s)) / offset ** (depth - 1.0)
        axes.plot(offset[offset >= 2], lazy[offset >= 2], "--", color="0.3", lw=0.8)
    axes.set(
        xscale="log", yscale="log", xlabel="offset c of the other layers' squares", ylim=(1e-6, 10)
    )
    axes.set(ylabel="time to half strength [flow time t]", title=f"S = {s:g}, $K_0$ = {start:g}")
    axes.legend(title="depth; points: simulation,\nlines: theory", title_fontsize=8)
    return figure


def depth_time(data: Data) -> Figure:
    """Time to half strength against depth, from equal layers and from equal strength."""
    tree = data["learning_regimes.depth_time"]
    s = parameter(tree, "singular_value")
    half = observable(tree, "half_learning_time").transpose("start", "depth")
    depths = half["depth"].values
    layer = float(observable(tree, "layer_start").values[0])
    strength = float(observable(tree, "start_strength").values[1])
    figure = new_figure(9.5, 4.0)
    for k, axes in enumerate(figure.subplots(1, 2)):
        starts = layer**depths if k == 0 else np.full(len(depths), strength)
        form = [
            float(learning_time(x, s / 2, s, int(d))) for x, d in zip(starts, depths, strict=True)
        ]
        plateau = [float(plateau_length(x, s, int(d))) for x, d in zip(starts, depths, strict=True)]
        axes.plot(
            depths,
            half.isel(start=k),
            "o",
            ms=4,
            mfc="none",
            color="C0",
            label="simulation",
            gid="simulation",
        )
        axes.plot(depths, form, "-", color="C3", lw=1.2, label="closed form", gid="theory")
        axes.plot(depths, plateau, "--", color="0.4", lw=1, label="plateau length")
        axes.set(
            xlabel="depth D",
            title=f"layers start at {layer:g}" if k == 0 else f"strength starts at {strength:g}",
        )
        if k == 0:
            axes.set(yscale="log", ylabel="time to half strength [flow time t]")
        else:
            deep = np.unique(np.geomspace(depths[-1], 64, 9).astype(int))
            beyond = [float(learning_time(strength, s / 2, s, int(d))) for d in deep]
            axes.plot(deep, beyond, "-", color="C3", lw=1.2)
            axes.plot(
                deep,
                deep_learning_time(strength, s / 2, s) / deep,
                ":",
                color="C2",
                label="infinite depth / D",
            )
            axes.set(xscale="log", ylim=(0, 3.6))
            axes.set_xticks([2, 4, 8, 16, 32, 64], ["2", "4", "8", "16", "32", "64"], minor=False)
            axes.set_xticks([], minor=True)
        axes.legend(title=f"S = {s:g}", title_fontsize=8)
    return figure
