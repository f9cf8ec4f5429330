"""Pictures of online rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.papers.drawing import draw_flow, draw_means, line, new_figure
from toysim.papers.lines import theory_curve
from toysim.papers.reading import landmark, observable, parameter, sides

MODEL = "teacher_student.online_rules"
POWERS = {"hebb": 0.5, "perceptron": 1.0 / 3.0, "adatron": 1.0, "annealed": 1.0, "optimal": 1.0}
MARKERS = "osD^vP"


def rules(tree: xr.DataTree) -> Figure:
    """Error over time, log-log, a colour a rule."""
    figure = new_figure()
    axes = figure.subplots()
    error, law = sides(tree, "error")
    t = observable(tree, "time", "theory").isel(tuning=0).values[1:]
    shown = np.unique(np.geomspace(1, len(t), 14).astype(int)) - 1
    for k, rule in enumerate(law["rule"].values):
        draws = error.isel(tuning=k).transpose("record", "replica")[1:]
        look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none", "ms": 3}
        draw_means(axes, t[shown], draws[shown], label=rule, **look)
        line(axes, t, law.isel(tuning=k)[1:], tag=rule, color=f"C{k}")
        if rule in POWERS:
            eta = float(law["learning_rate"][k])
            mark = landmark(MODEL, "late_constant", rule=rule, learning_rate=eta)
            far = t[t >= 10.0]
            late = float(mark) * far ** -POWERS[rule]
            axes.plot(far, late, ":", color=f"C{k}", lw=1, gid=f"landmark:{rule}")
    axes.set(xscale="log", yscale="log", xlabel="examples per input", ylabel="error")
    axes.set_title("Rules for a sign teacher")
    axes.legend(loc="lower left")
    return figure


def adatron(tree: xr.DataTree) -> Figure:
    """Error times t over the rate."""
    figure = new_figure()
    axes = figure.subplots()
    error = observable(tree, "error", "theory").isel(record=0)
    eta, t = error["learning_rate"].values, parameter(tree, "duration")
    x, law = theory_curve(tree, "error", "learning_rate")
    line(axes, x, law * t, label=f"at t = {t:g}")
    fine = np.linspace(eta[0], eta[-1], 200)
    axes.plot(fine, 3.0 / (fine * (3.0 - fine)), "k--", lw=1, label=r"$3/(\eta (3 - \eta))$")
    axes.set(xlabel=r"learning rate $\eta$", ylabel="error times t", ylim=(0.0, None))
    axes.set_title("Adatron: best at 3/2")
    axes.legend(loc="upper center")
    return figure


def flips(tree: xr.DataTree) -> Figure:
    """Error over time with label noise, a panel a rule."""
    figure = new_figure()
    error, law = sides(tree, "error")
    floor = observable(tree, "error_floor", "theory")
    names = law["rule"].values
    panels = figure.subplots(1, len(names), sharey=True)
    t = observable(tree, "time", "theory").isel(rule=0, flip=0).values[1:]
    for axes, rule in zip(panels, names, strict=True):
        for k, flip in enumerate(law["flip"].values):
            at = {"rule": rule, "flip": flip}
            draws = error.sel(at).transpose("record", "replica")[1::4]
            look: dict[str, Any] = {"color": f"C{k}", "fmt": MARKERS[k], "mfc": "none", "ms": 3}
            draw_means(axes, t[::4], draws, label=f"p = {flip:g}", **look)
            line(axes, t, law.sel(at)[1:], color=f"C{k}")
            left = float(floor.sel(at))
            if left > 0.0:
                axes.axhline(left, color=f"C{k}", ls=":", lw=1, gid=f"landmark:{flip}")
        axes.set(xscale="log", yscale="log", xlabel="examples per input", title=rule)
        axes.set_yticks([0.02, 0.05, 0.1, 0.2, 0.4], ["0.02", "0.05", "0.1", "0.2", "0.4"])
        axes.minorticks_off()
    panels[0].set_ylabel("error")
    panels[0].legend(loc="lower left")
    return figure


def window(tree: xr.DataTree) -> Figure:
    """Error of the perceptron over Hebb's, a curve a rate."""
    figure = new_figure()
    axes = figure.subplots()
    error = observable(tree, "error", "theory")
    t = observable(tree, "time", "theory").isel(rule=0, learning_rate=0).values[1:]
    ratio = error.sel(rule="perceptron") / error.sel(rule="hebb")
    for k, eta in enumerate(ratio["learning_rate"].values):
        line(axes, t, ratio.sel(learning_rate=eta)[1:], color=f"C{k}", label=rf"$\eta$ = {eta:g}")
    axes.axhline(1.0, color="0.6", lw=1, ls=":", zorder=0)
    axes.set(xscale="log", yscale="log", xlabel="examples per input")
    axes.set_ylabel("error, perceptron over Hebb")
    axes.set_yticks([0.4, 0.6, 1.0, 1.5, 2.0], ["0.4", "0.6", "1", "1.5", "2"])
    axes.minorticks_off()
    axes.set_title("A window in which the perceptron is ahead")
    axes.legend(loc="lower left")
    return figure


def field(tree: xr.DataTree) -> Figure:
    """R' = (m' - R q'/(2 l))/l and l' = q'/(2 l) over R and l = sqrt(q), a panel a rule."""
    figure = new_figure()
    rates = [
        observable(tree, name, "theory").isel(record=0).transpose("panel", "start_power", ...)
        for name in ("overlap_rate", "self_overlap_rate")
    ]
    cosine, length = rates[0]["start_cosine"].values, np.sqrt(rates[0]["start_power"].values)
    panels = figure.subplots(1, rates[0].sizes["panel"], sharey=True)
    for axes, first, second in zip(panels, *rates, strict=True):
        stretch = second.values / (2.0 * length[:, None])
        turn = (first.values - cosine * stretch) / length[:, None]
        draw_flow(axes, cosine, length, turn, stretch, ("R at rest", "length at rest"))
        rule, flip = first["rule"].item(), first["flip"].item()
        axes.set(xlabel="cosine R", title=f"{rule}, p = {flip:g}", xlim=(-1.0, 1.0))
    panels[0].set_ylabel("length of the student")
    panels[0].legend(loc="upper left")
    return figure
