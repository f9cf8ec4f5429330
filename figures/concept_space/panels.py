"""Figures of concept space."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.concept_space.evidence import ALL, SIGNALS
from toysim.papers.drawing import draw_landmark, line, name_axes, new_figure, points
from toysim.papers.reading import landmark, observable

MODEL = "deep_linear.concepts"


def times_of(tree: xr.DataTree) -> np.ndarray:
    time = observable(tree, "time")
    return np.asarray(time.isel({d: 0 for d in time.dims if d != "record"}).values)


def held_out(tree: xr.DataTree, signals: xr.DataTree) -> Figure:
    """Way of the held-out prompt in concept space; learning with all classes."""
    figure = new_figure()
    space, learning = figure.subplots(1, 2)
    course, law = (observable(tree, "coordinate", side) for side in ("simulation", "theory"))
    for k, k0 in enumerate(course["start_strength"].values):
        at = {"start_strength": k0}
        strong, weak = (course.sel(at).isel(concept=j) for j in range(2))
        points(
            space, strong[::3], weak[::3], f"{k0:g}", color=f"C{k}", ms=2, label=f"$K_0$ = {k0:.0e}"
        )
        exact = law.sel(at)
        line(space, exact.isel(concept=0), exact.isel(concept=1), f"{k0:g}", color=f"C{k}")
    marks = [float(landmark(MODEL, f"plateau_{name}")) for name in ("strong", "weak")]
    space.plot(*marks, "k+", ms=9, label="plateau", ls="")
    name_axes(space, "strong coordinate", "weak coordinate", "Prompt held out", ylim=(-0.5, 1.25))
    time = times_of(signals)
    names = ("coordinate", "latent_coordinate")
    for k, sigma in enumerate(SIGNALS):
        for name, style in zip(names, ("-", "--"), strict=True):
            values = observable(signals, name).isel(signals=k, concept=1)
            label = f"$\\sigma$ = {sigma[1]:g}" if style == "-" else None
            learning.plot(time, values, style, color=f"C{k}", label=label, gid=f"{name}:{k}")
    name_axes(learning, "flow time", "weak coordinate (dashed: reach)", "All classes")
    return figure


def mask(tree: xr.DataTree) -> Figure:
    """Learning times and ends over the mask."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    times, law = (observable(tree, "learning_time", side) for side in ("simulation", "theory"))
    for k in range(2):
        at = {"class_weights": ALL, "concept": k}
        points(left, times["mask"], times.isel(at), f"{k}", color=f"C{k}", label=f"concept {k + 1}")
        line(left, law["mask"], law.isel(at), f"{k}", color=f"C{k}")
    name_axes(left, "mask q", "learning time", "All classes")
    ends = observable(tree, "coordinate").isel(record=-1, class_weights=1 - ALL)
    for k in range(2):
        values = ends.isel(concept=k)
        points(right, ends["mask"], values, f"end:{k}", color=f"C{k}", label=f"concept {k + 1}")
    q = np.linspace(0.0, 0.9, 30)
    end = [float(landmark(MODEL, "held_out_end", mask=float(m))) for m in q]
    right.plot(q, end, color="0.3", label="law", gid="landmark:end")
    draw_landmark(right, landmark(MODEL, "held_out_end", mask=0.0), along="y")
    name_axes(right, "mask q", "coordinate at the end", "One class held out", ylim=(0.6, 1.05))
    return figure
