"""Where committees go: the flow of two overlaps, and a run that leaves its plateau."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.specialisation.evidence import MODEL
from toysim.paper import Film
from toysim.papers.drawing import draw_flow, draw_landmark, new_figure
from toysim.papers.reading import landmark, observable

PACE = 2.0  # examples per input from frame to frame


def field(tree: xr.DataTree) -> Figure:
    """Rates of R_11 and R_12 of two like units over both."""
    figure = new_figure()
    axes = figure.subplots()
    rates = observable(tree, "teacher_rates", "theory").isel(record=0, unit=0)
    rates = rates.transpose("teacher_unit", "start_other", "start_own")
    own, other = rates["start_own"].values, rates["start_other"].values
    first, second = rates.values
    draw_flow(axes, own, other, first, second, ("own overlap at rest", "other at rest"))
    axes.plot([1.0, 0.0], [0.0, 1.0], "ko", ms=5, label="solutions")
    axes.plot([6**-0.5], [6**-0.5], "kx", ms=6, label="plateau")
    axes.set(xlabel="overlap with the own teacher unit", ylabel="overlap with the other")
    axes.set_title("Two units at a small rate")
    axes.legend(loc="upper right")
    return figure


def matrix_of(run: dict[str, xr.DataArray], k: int) -> Any:
    """Overlaps with the teacher's units, and the student's with each other, side by side."""
    r = run["teacher_overlaps"].isel(record=k).transpose("unit", "teacher_unit").values
    q = run["student_overlaps"].isel(record=k).transpose("unit", "unit2").values
    return np.concatenate([r, q], axis=1)


def leaving(tree: xr.DataTree) -> Film:
    """Error and overlaps of the largest committee's first run, growing with time."""
    figure = new_figure(5.0, 2.3)
    left, right = figure.subplots(1, 2)
    names = ("error", "student_overlaps", "teacher_overlaps")
    at = {"learning_rate": observable(tree, "error")["learning_rate"].values.max()}
    at["size"] = observable(tree, "error")["size"].values.max()
    run = {name: observable(tree, name).sel(at).isel(replica=0) for name in names}
    t = observable(tree, "time", "theory").sel(at).values
    frames = np.flatnonzero(np.isclose(t % PACE, 0.0))
    left.plot(t, run["error"], color="0.8", lw=1.0)
    (course,) = left.plot([], [], color="C0")
    draw_landmark(left, landmark(MODEL, "plateau_error", learning_rate=at["learning_rate"]), "y")
    left.set(
        yscale="log",
        xlabel="examples per input",
        ylabel="error",
        title="A committee leaves its plateau",
    )
    image = right.imshow(matrix_of(run, 0), cmap="RdBu_r", vmin=-1.0, vmax=1.0)
    k, m = run["teacher_overlaps"].sizes["unit"], run["teacher_overlaps"].sizes["teacher_unit"]
    right.axvline(m - 0.5, color="k", lw=1.0)
    right.set(yticks=range(k), ylabel="student unit", xlabel="teacher and student units")
    right.set_xticks(range(m + k), [*map(str, range(m)), *map(str, range(k))])
    figure.colorbar(image, ax=right, label="overlap", shrink=0.8)

    def show(frame: int) -> None:
        now = frames[frame]
        course.set_data(t[: now + 1], run["error"].values[: now + 1])
        image.set_data(matrix_of(run, now))
        right.set_title(f"overlaps, t = {t[now]:g}")

    return Film(figure, show, len(frames))
