"""The layered network on permuted tasks: who learns and keeps them, and how certain the weights
become.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning.reading import epochs, exceeds
from toysim.outcomes import Verdict
from toysim.paper import Claim, Evidence, Expected, Number, Recipe, Spoiler
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, observable

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
    figure = new_figure(13.5, 7.4)
    panels = figure.subplots(2, 2)
    draw_balance(panels[0, 0], tree)
    best = {kind: best_case(tree, kind) for kind in KINDS}
    for axes, kind in ((panels[0, 1], "variational"), (panels[1, 0], "metaplastic")):
        draw_courses(axes, tree, best[kind])
        axes.set_title(f"Courses, {kind} at {strength(tree, best[kind])}")
    draw_uncertainty(panels[1, 1], tree, best["variational"])
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
    kinds = kind_of(tree)
    learned, kept = just_learned(tree).mean("replica").values, observable(tree, "mean_accuracy")
    mean, error = (values.values for values in mean_and_error(kept))
    for k, (kind, label) in enumerate(KINDS.items()):
        at = np.flatnonzero(kinds == kind).tolist()
        axes.errorbar(learned[at], mean[at], error[at], color=f"C{k}", fmt="none", lw=1)
        axes.plot(
            learned[at],
            mean[at],
            "o-",
            color=f"C{k}",
            lw=0.8,
            ms=4,
            label=label,
            gid=f"balance:{kind}",
        )
        for case in at:
            value = strength(tree, case).split()[-1]
            place = {
                "xytext": (4, 3 - 9 * (k % 2)),
                "textcoords": "offset points",
                "size": 7,
                "color": f"C{k}",
            }
            axes.annotate(value, (learned[case], mean[case]), **place)
    axes.set(xlabel="accuracy on a task right after it", ylabel="accuracy on all tasks at the end")
    axes.set_title("Learned against kept, by the strength of the method (bars: standard errors)")
    axes.legend()


def draw_courses(axes: Any, tree: xr.DataTree, case: int) -> None:
    """Accuracy on every task over the epochs."""
    course = observable(tree, "accuracy_course").isel(case=case).mean("replica")
    epoch = epochs(tree).isel(case=case).values
    for task in range(course.sizes["tested"]):
        axes.plot(
            epoch,
            course.isel(tested=task),
            "-",
            color=f"C{task}",
            label=f"task {task + 1}",
            gid=f"course:{task}",
        )
    axes.set(xlabel="epoch", ylabel="test accuracy", ylim=(0.1, 0.8))
    axes.legend(ncols=2)


def draw_uncertainty(axes: Any, tree: xr.DataTree, case: int) -> None:
    """Mean variance of every layer's weights, and their divergence from the start of the task."""
    epoch = epochs(tree).isel(case=case).values
    for name, line in (("uncertainty", "-"), ("divergence", ":")):
        values = observable(tree, name).isel(case=case).mean("replica")
        for layer in range(values.sizes["layer"]):
            label = f"layer {layer + 1}, {name}"
            axes.plot(
                epoch,
                values.isel(layer=layer),
                line,
                color=f"C{layer}",
                label=label,
                gid=f"{name}:{layer}",
            )
    axes.set(
        xlabel="epoch", ylabel="per weight", title="Variance and divergence (nats), variational"
    )
    axes.legend(ncols=2)


def variational_wins(tree: xr.DataTree) -> Evidence:
    """Best variational case against every metaplastic one, on the same tasks and starts."""
    values, best = tree["simulation"].to_dataset(), best_case(tree, "variational")
    rivals = np.flatnonzero(kind_of(tree) == "metaplastic")
    steepness = values["metaplasticity"].values[rivals]
    kept, drawn = observable(tree, "mean_accuracy"), observable(tree, "mean_sampled_accuracy")
    mean, error = mean_and_error(kept.isel(case=best) - kept.isel(case=rivals))
    drawn_mean, drawn_error = mean_and_error(drawn.isel(case=best) - kept.isel(case=rivals))
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
            Number("by", mean, error=error, form=".3f"),
            Number("with one draw of binary weights by", drawn_mean, error=drawn_error, form=".3f"),
            Number("above the best EWC by", ewc.mean(), form=".3f"),
        ),
        criterion="above metaplasticity of any steepness with the mean weights, beyond three "
        "standard errors of the paired differences",
    )


FIGURES = (
    Recipe(
        "layered",
        "Four permuted tasks, a network of two hidden layers. Every method over its own strength, "
        "the same tasks.",
        "arXiv:2212.02846, permuted tasks; here made by a teacher",
        ("layered",),
        comparison,
    ),
)
CLAIMS = (
    Claim(
        name="variational_beats_metaplastic",
        sentence="On permuted tasks the variational learner keeps more than binarised weights "
        "with metaplasticity.",
        source="arXiv:2212.02846 abstract",
        sweeps=("layered",),
        check=variational_wins,
        spoilers=(Spoiler("layered", "mean_accuracy", lambda v: 1 - v, preset="quick"),),
        at={"ci": Expected(Verdict.UNDECIDED, "two runs of a small network on few examples")},
    ),
)
