"""Figures of the Hopfield model."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.papers.drawing import draw_landmark, draw_means, line, name_axes, new_figure
from toysim.papers.reading import landmark, observable, parameter

MODEL = "memory.hopfield"
STARTS = {"random": "x", "mixture": "s", "pattern": "o"}
TEMPERATURES = (0.0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def retrieval(load: xr.DataTree, temperature: xr.DataTree) -> Figure:
    """Overlap over the load, and over the temperature."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    draws = observable(load, "mean_overlap")
    for k, size in enumerate(draws["size"].values):
        look: dict[str, Any] = {"ms": 3, "mfc": "none", "color": f"C{k}", "label": f"N = {size}"}
        draw_means(left, draws["alpha"], draws.sel(size=size), **look)
    known = observable(load, "mean_overlap", "theory").isel(size=-1).dropna("alpha")
    line(left, known["alpha"], known, "overlap", color="0.2", label="theory")
    draw_landmark(left, landmark(MODEL, "capacity"))
    name_axes(left, r"load $\alpha$", "overlap", "No noise", ylim=(0, 1.05))
    left.legend(loc="lower left")
    draws = observable(temperature, "mean_overlap")
    draw_means(right, draws["temperature"], draws, mfc="none", label="N = 1000")
    known = observable(temperature, "mean_overlap", "theory").dropna("temperature")
    kept = known[known > 0.0]
    line(right, kept["temperature"], kept, "heated", color="0.2", label="theory")
    alpha = float(parameter(temperature, "alpha"))
    draw_landmark(right, landmark(MODEL, "melting_temperature", alpha=alpha))
    name_axes(right, "temperature T", "overlap", f"Load {alpha:g}", ylim=(-0.05, 1.05))
    return figure


def phases(spurious: xr.DataTree) -> Figure:
    """The phase diagram; overlaps and energies at the end of runs."""
    figure = new_figure()
    plane, ends = figure.subplots(1, 2)
    t = np.array(TEMPERATURES)
    for name, label in (("capacity", "retrieval ends"), ("equilibrium_capacity", "global minimum")):
        loads = [float(landmark(MODEL, name, temperature=float(T))) for T in t]
        plane.plot(loads, t, label=label, gid=f"landmark:{name}")
    alpha = np.linspace(0.0, 0.16, 50)
    plane.plot(alpha, 1.0 + np.sqrt(alpha), label=r"spin glass below")
    name_axes(plane, r"load $\alpha$", "temperature T", "Phases", ylim=(0, 1.9), xlim=(0, 0.16))
    for color, (start, marker) in enumerate(STARTS.items()):  # the widest cloud lies behind
        m, e = (observable(spurious, n).sel(start=start) for n in ("largest_overlap", "energy"))
        look = {"ms": 3, "mfc": "none", "mew": 0.6, "alpha": 0.5, "color": f"C{color}"}
        ends.plot(m, e, marker, label=start, gid=f"ends:{start}", **look)
    name_axes(ends, "largest overlap with a pattern", "energy per neuron", "Ends of runs, by start")
    return figure
