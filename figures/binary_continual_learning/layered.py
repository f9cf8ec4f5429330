"""The layered network on permuted tasks: who learns and keeps them, and how certain the weights
become.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning.reading import epochs, exceeds
from toysim.paper import Evidence, Number
from toysim.papers.drawing import name_axes, new_figure, note_counts
from toysim.papers.reading import entered, mean_and_error, observable

KINDS = {
    "variational": "variational, from the last task, $\\gamma$",
    "step": "variational, from the last step, $\\gamma$",
    "ewc": "EWC, $\\gamma$",
    "metaplastic": "metaplastic, $\\mu_m$",
}


def kind_of(tree: xr.DataTree) -> Any:
    """A word of KINDS for every case."""
    values = tree["simulation"].to_dataset()
    step = (values["kl_reference"] == "step").values
    return np.where(step, "step", values["method"].values)


def just_learned(tree: xr.DataTree) -> xr.DataArray:
    """Accuracy on a task right after it, averaged over tasks."""
    accuracy = observable(tree, "accuracy")
    diagonal = xr.DataArray(np.arange(accuracy.sizes["trained"]), dims="task")
    mean: xr.DataArray = accuracy.isel(trained=diagonal, tested=diagonal).mean("task")
    return mean


def comparison(tree: xr.DataTree) -> Figure:
    """Kept against learned, methods over their strength; courses of two of them; uncertainty of the
    layers.
    """
    figure = new_figure()
    panels = figure.subplots(2, 2)
    draw_balance(panels[0, 0], tree)
    draw_courses(panels[0, 1], tree, "variational")
    draw_courses(panels[1, 0], tree, "metaplastic")
    draw_uncertainty(panels[1, 1], tree)
    return figure


def best_case(tree: xr.DataTree, kind: str) -> int:
    """The case of a kind with the highest accuracy at the end."""
    accuracy = observable(tree, "mean_accuracy").mean("replica").values
    return int(np.argmax(np.where(kind_of(tree) == kind, accuracy, -1.0)))


def strength(tree: xr.DataTree, case: int) -> str:
    values = tree["simulation"].to_dataset().isel(case=case)
    if str(values["method"].values) == "metaplastic":
        return f"mu_m = {float(values['metaplasticity']):g}"
    return f"gamma = {float(values['gamma']):g}"


def draw_balance(axes: Any, tree: xr.DataTree) -> None:
    """Accuracy over all tasks at the end against accuracy right after learning; a point a case, a
    line a method.
    """
    learned, kept = just_learned(tree).mean("replica").values, observable(tree, "mean_accuracy")
    mean, error = (values.values for values in mean_and_error(kept))
    for k, (kind, label) in enumerate(KINDS.items()):
        at = np.flatnonzero(kind_of(tree) == kind)
        x, y, color = learned[at], mean[at], f"C{k}"
        axes.errorbar(x, y, error[at], color=color, fmt="none", lw=1)
        axes.plot(x, y, "o-", color=color, lw=0.8, ms=4, label=label, gid=f"balance:{kind}")
        note_counts(axes, x, y, kept.isel(case=at))
        place = {"xytext": (4 - 18 * (k // 2), 3 - 9 * (k % 2)), "textcoords": "offset points"}
        for case, *point in zip(at.tolist(), x, y, strict=True):
            value = strength(tree, case).split()[-1]
            axes.annotate(value, point, size=7, color=color, **place)
    axes.set_title("Learned against kept, by the strength of the method (bars: standard errors)")
    axes.set(xlabel="accuracy on a task right after it", ylabel="accuracy on all tasks at the end")
    axes.legend()


def draw_courses(axes: Any, tree: xr.DataTree, kind: str) -> None:
    """Accuracy on every task over the epochs, in the best case of a kind."""
    case = best_case(tree, kind)
    draw_each(axes, tree, "accuracy_course", case, "-", "task {}")
    title = f"Courses, {kind} at {strength(tree, case)}"
    name_axes(axes, "epoch", "test accuracy", title, ylim=(0.1, 0.8))
    axes.legend(ncols=2)


def draw_uncertainty(axes: Any, tree: xr.DataTree) -> None:
    """Mean variance of every layer's weights, and their divergence from the start of the task."""
    for name, line in (("uncertainty", "-"), ("divergence", ":")):
        draw_each(axes, tree, name, best_case(tree, "variational"), line, f"layer {{}}, {name}")
    name_axes(axes, "epoch", "per weight", "Variance and divergence (nats), variational")
    axes.legend(ncols=2)


def draw_each(axes: Any, tree: xr.DataTree, name: str, case: int, line: str, label: str) -> None:
    """Course of every task or layer in one case; mean over the replicas."""
    values = observable(tree, name).isel(case=case).transpose(..., "record", "replica")
    epoch = epochs(tree).isel(case=case).values
    for k, draws in enumerate(values):
        mean, said = draws.mean("replica"), label.format(k + 1) + entered(draws)
        axes.plot(epoch, mean, line, color=f"C{k}", label=said, gid=f"{name}:{k}")


def variational_wins(tree: xr.DataTree) -> Evidence:
    """Best variational case against every metaplastic one, on the same tasks and starts."""
    values, best = tree["simulation"].to_dataset(), best_case(tree, "variational")
    rivals = np.flatnonzero(kind_of(tree) == "metaplastic")
    steepness = values["metaplasticity"].values[rivals]
    kept, drawn = observable(tree, "mean_accuracy"), observable(tree, "mean_sampled_accuracy")
    above, drawn_above = (v.isel(case=best) - kept.isel(case=rivals) for v in (kept, drawn))
    (mean, error), (drawn_mean, drawn_error) = map(mean_and_error, (above, drawn_above))
    ewc = kept.isel(case=best) - kept.isel(case=best_case(tree, "ewc"))
    return Evidence(
        holds=exceeds(kept.isel(case=best), kept.isel(case=rivals)),
        numbers=(
            Number(
                f"accuracy over tasks of the variational learner at {strength(tree, best)}",
                kept.isel(case=best).mean(),
                form=".3f",
            ),
            Number("above the binarised network at mu_m =", steepness, form=".2f"),
            Number("by", mean, error=error, form=".3f", draws=above),
            Number(
                "with one draw of binary weights by",
                drawn_mean,
                error=drawn_error,
                form=".3f",
                draws=drawn_above,
            ),
            Number("above the best EWC by", ewc.mean(), form=".3f"),
        ),
        criterion="above metaplasticity of any steepness with the mean weights, beyond three "
        "standard errors of the paired differences",
    )
