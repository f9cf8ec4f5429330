"""Samplers beside the theory: Metropolis in field space, message passing on binary weights, one
task and two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure

from toysim.paper import Evidence, Number
from toysim.papers.drawing import draw_means, name_axes, new_figure
from toysim.papers.reading import ended, mean_and_error, observable

STANDARD_ERRORS = 5.0

# Observables of each panel, with their labels.
OVERLAPS = {
    "self_overlap": "$Q$",
    "replica_overlap": "$q$",
    "overlap": "$r$",
    "loss": "loss per pattern",
}
BINARY = {"overlap": "$R$", "entropy": "entropy", "error": "error"}
BINARY_TASKS = {
    "cross_overlap": "$v$",
    "overlap_2": "$r_2$",
    "overlap_1": "$r_{21}$",
    "entropy": "entropy",
}
AXES = {"alpha": "$\\alpha$", "coupling": "field $x$"}


def scores(tree: xr.DataTree) -> xr.DataArray:
    """(samplers' mean - theory) / standard error, (observable, *axes), of every observable that
    both sides have.
    """
    sides = [tree[side].to_dataset() for side in ("simulation", "theory")]
    names = [n for n, v in sides[1].data_vars.items() if n in sides[0] and v.dtype.kind == "f"]
    found = []
    for name in map(str, names):
        mean, error = mean_and_error(ended(tree, name))
        found.append((mean - observable(tree, name, "theory")) / error)
    return xr.concat(found, xr.Variable("observable", names))


def samplers(
    one: xr.DataTree,
    cold: xr.DataTree,
    two: xr.DataTree,
    binary: xr.DataTree,
    binary_two: xr.DataTree,
) -> Figure:
    """One task warm and cold, two tasks, the same on binary weights, and how far all of it is from
    theory.
    """
    figure = new_figure()
    top, bottom = figure.subplots(2, 3)
    draw_overlaps(top[0], one, OVERLAPS, "One task, $\\beta = 5$")
    draw_overlaps(top[1], cold, OVERLAPS, "One task, $\\beta = 20$: theory unstable where open")
    draw_errors(top[2], two)
    draw_overlaps(bottom[0], binary, BINARY, "Binary weights, one task")
    draw_overlaps(bottom[1], binary_two, BINARY_TASKS, "Binary weights, two tasks")
    words = ("one task", "cold", "two tasks", "binary", "binary,\ntwo tasks")
    trees = (one, cold, two, binary, binary_two)
    draw_scores(bottom[2], dict(zip(words, trees, strict=True)))
    return figure


def draw_points(
    axes: Any, draws: xr.DataArray, theory: xr.DataArray, open_: Any, color: str, label: str
) -> None:
    """Samplers with standard errors, open where the theory is not stable; theory as a line."""
    x, draws = theory[theory.dims[0]].values, draws.transpose(*theory.dims, "replica")
    axes.plot(x, theory.values, "-", lw=1, color=color)
    look: dict[str, Any] = {"color": color, "capsize": 2, "lw": 1}
    for part, face in ((~open_, color), (open_, "white")):
        if part.any():
            named = label if face == color or open_.all() else None
            draw_means(axes, x[part], draws[part], mfc=face, label=named, **look)


def draw_overlaps(axes: Any, tree: xr.DataTree, names: dict[str, str], title: str) -> None:
    """Some observables over the sweep's one axis."""
    for k, (name, label) in enumerate(names.items()):
        draws, theory = ended(tree, name), observable(tree, name, "theory")
        draw_points(axes, draws, theory, ~stable(tree), f"C{k}", label)
    name_axes(axes, AXES[str(theory.dims[0])], "", title, ylim=(0, 1.02))


def draw_errors(axes: Any, tree: xr.DataTree) -> None:
    """Errors on both tasks after the second, for each weight of the divergence."""
    for k, gamma in enumerate(observable(tree, "error_1", "theory")["gamma"].values):
        for task in (1, 2):
            draws = ended(tree, f"error_{task}").isel(gamma=k)
            theory = observable(tree, f"error_{task}", "theory").isel(gamma=k)
            label = f"$\\epsilon_{task}$, $\\gamma$ = {gamma:g}"
            color = f"C{2 * (task - 1) + k}"
            draw_points(axes, draws, theory, ~stable(tree)[:, k], color, label)
    name_axes(axes, "$\\alpha_2$", "", "Two tasks: errors after the second", ylim=(0, 0.5))


def draw_scores(axes: Any, sweeps: dict[str, xr.DataTree]) -> None:
    """Distance from theory of every observable of every cell, a column of dots for each sweep."""
    for column, tree in enumerate(sweeps.values()):
        z = scores(tree)
        inside = np.broadcast_to(stable(tree), z.shape)
        for part, face in ((inside, f"C{column}"), (~inside, "white")):
            x = np.linspace(-0.25, 0.25, z.size).reshape(z.shape)[part] + column
            axes.plot(x, z.values[part], "o", ms=3, color=f"C{column}", mfc=face, mew=0.7)
    axes.axhspan(-STANDARD_ERRORS, STANDARD_ERRORS, color="0.9", zorder=0, lw=0)
    axes.set(
        title="Samplers less theory, in standard errors", yscale="symlog", xticks=range(len(sweeps))
    )
    axes.set_xticklabels(sweeps)


def stable(tree: xr.DataTree) -> npt.NDArray[np.bool_]:
    """Cells where the saddle point is stable against replica symmetry breaking."""
    return np.asarray(observable(tree, "stability", "theory").values < 1.0)


def largest(tree: xr.DataTree) -> npt.NDArray[np.float64]:
    """Largest distance from theory over the observables, in standard errors, cell by cell."""
    return np.asarray(np.abs(scores(tree).values).max(axis=0))


def distance(name: str, far: npt.ArrayLike) -> Number:
    """Distances from theory, beside the one that still counts as none."""
    return Number(name, far, error=STANDARD_ERRORS, unit="standard errors", form=".1f")


def on_the_theory(*trees: xr.DataTree) -> Evidence:
    """Every observable of every cell where replica symmetry is stable."""
    far = [largest(tree)[stable(tree)] for tree in trees]
    return Evidence(
        holds=np.concatenate(far) < STANDARD_ERRORS,
        numbers=(
            distance(
                "largest distance of one task, two tasks, binary weights, two tasks on them",
                [z.max() for z in far],
            ),
            Number("distances", sum(scores(tree).size for tree in trees), form="d"),
        ),
        criterion=f"below {STANDARD_ERRORS:g} standard errors of the instances; finite sizes are "
        "off by 0.2/N, a third of one at 24 to 40 instances",
    )


def fails_when_unstable(cold: xr.DataTree) -> Evidence:
    """The same at beta = 20 on the low-overlap branch, on both sides of the instability."""
    far, stability = largest(cold), observable(cold, "stability", "theory")
    return Evidence(
        holds=far < STANDARD_ERRORS,
        within=stability.values < 1.0,
        numbers=(
            Number("alpha =", stability["alpha"], form="g"),
            Number("AT value", stability, form=".2f"),
            distance("largest distance", far),
        ),
        criterion=f"below {STANDARD_ERRORS:g} standard errors where the AT value is below 1, above "
        "beyond; chains four times as long came out the same at alpha = 0.6, 1.0 and 1.4",
    )
