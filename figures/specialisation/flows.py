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

MOMENTS = (0.0, 10.0, 40.0, 60.0, 80.0, 100.0)  # examples per input
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


def largest_run(tree: xr.DataTree, *names: str) -> dict[str, xr.DataArray]:
    """Observables of the largest committee's first run at the largest rate, and its times."""
    found = {name: observable(tree, name) for name in names}
    at = {k: found[names[0]][k].values.max() for k in ("learning_rate", "size")}
    run = {name: values.sel(at).isel(replica=0) for name, values in found.items()}
    return run | {"time": observable(tree, "time", "theory").sel(at)}


def matrix_of(run: dict[str, xr.DataArray], k: int) -> Any:
    """Overlaps with the teacher's units, and the student's with each other, side by side."""
    r = run["teacher_overlaps"].isel(record=k).transpose("unit", "teacher_unit").values
    q = run["student_overlaps"].isel(record=k).transpose("unit", "unit2").values
    return np.concatenate([r, q], axis=1)


def draw_matrix(axes: Any, run: dict[str, xr.DataArray], k: int) -> Any:
    """The matrix of a record, its units named from 1."""
    image = axes.imshow(matrix_of(run, k), cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto")
    units = [run["teacher_overlaps"].sizes[of] for of in ("teacher_unit", "unit")]
    axes.axvline(units[0] - 0.5, color="k", lw=1.0)
    names = [f"{side}{i + 1}" for side, n in zip("ts", units, strict=True) for i in range(n)]
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(units[1]), names[units[0] :])
    return image


def matrices(tree: xr.DataTree) -> Figure:
    """Matrices of overlaps of one run at a few times."""
    figure = new_figure()
    run = largest_run(tree, "student_overlaps", "teacher_overlaps")
    t = run["time"].values
    panels = figure.subplots(1, len(MOMENTS), sharey=True)
    for axes, moment in zip(panels, MOMENTS, strict=True):
        k = int(np.argmin(np.abs(t - moment)))
        image = draw_matrix(axes, run, k)
        axes.set(title=f"t = {t[k]:g}", xlabel="teacher, student")
    panels[0].set_ylabel("student")
    figure.colorbar(image, ax=panels, shrink=0.7, label="overlap")
    return figure


def leaving(tree: xr.DataTree) -> Film:
    """Error and overlaps of one run, growing with time."""
    figure = new_figure(5.0, 2.3)
    left, right = figure.subplots(1, 2)
    run = largest_run(tree, "error", "student_overlaps", "teacher_overlaps")
    t, error = run["time"].values, run["error"].values
    frames = np.flatnonzero(np.isclose(t % PACE, 0.0))
    left.plot(t, error, color="0.8", lw=1.0)
    (course,) = left.plot([], [], color="C0")
    rate = float(run["error"]["learning_rate"])
    draw_landmark(left, landmark(MODEL, "plateau_error", learning_rate=rate), "y")
    left.set(yscale="log", xlabel="examples per input", ylabel="error")
    left.set_title("A committee leaves its plateau")
    image = draw_matrix(right, run, 0)
    right.set(ylabel="student", xlabel="teacher and student units")
    figure.colorbar(image, ax=right, label="overlap", shrink=0.8)

    def show(frame: int) -> None:
        now = frames[frame]
        course.set_data(t[: now + 1], error[: now + 1])
        image.set_data(matrix_of(run, now))
        right.set_title(f"overlaps, t = {t[now]:g}")

    return Film(figure, show, len(frames))
