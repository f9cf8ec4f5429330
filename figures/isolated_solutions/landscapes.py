"""Solutions around a random configuration, around the teacher, and pairs of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.isolated_solutions.panels import (
    SAMPLED,
    color_of,
    draw_curves,
    draw_zero,
    load,
)
from toysim.figures.isolated_solutions.reading import (
    Array,
    at_load,
    at_loads,
    entropy_of_weights,
    means,
    theory,
)
from toysim.papers.drawing import draw_means, new_figure
from toysim.papers.reading import ended

PAIRS = (0.2, 0.5, 0.7)  # loads whose pairs of solutions are drawn


def landscapes(
    random: xr.DataTree,
    random_curve: xr.DataTree,
    planted: xr.DataTree,
    planted_curve: xr.DataTree,
    potential: xr.DataTree,
    storage: xr.DataTree,
) -> Figure:
    """Three panels: entropy over distance, with message passing on top where there is a sampler."""
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    around_random(left, random, random_curve)
    around_teacher(middle, planted, planted_curve)
    draw_pairs(right, potential, storage)
    for axes in (left, middle, right):
        axes.set_xlabel("distance $d$")
        axes.legend()
    return figure


def around_random(axes: Any, sampled: xr.DataTree, curve: xr.DataTree) -> None:
    """Entropy around a configuration that has nothing to do with the solutions, and annealed."""
    draw_curves(axes, curve, "entropy")
    draw_sampled(axes, sampled, "entropy")
    d = np.linspace(0.06, 0.94, 200)
    for i, alpha in enumerate(theory(curve, "alpha").values):
        color = color_of(alpha)
        annealed = entropy_of_weights(d) - alpha * np.log(2.0)
        label = "annealed" if i == 0 else None
        axes.plot(d[annealed > 0], annealed[annealed > 0], ":", color=color, lw=1, label=label)
    axes.set(
        title="Around a random configuration", ylabel="entropy [nat per weight]", ylim=(0, 0.68)
    )


def around_teacher(axes: Any, sampled: xr.DataTree, curve: xr.DataTree) -> None:
    """The potential around the teacher."""
    draw_curves(axes, curve, "potential")
    draw_sampled(axes, sampled, "potential")
    draw_zero(axes)
    axes.set(title="Around the teacher", ylabel="potential [nat per weight]", ylim=(-0.02, 0.68))


def draw_sampled(axes: Any, tree: xr.DataTree, name: str) -> None:
    """Means over instances with standard errors, where theory is valid."""
    mean, d = (means(tree, which)[0] for which in (name, "distance"))
    draws = ended(tree, name).transpose(*mean.dims, "replica")
    seen = theory(tree, "valid").values & np.isfinite(mean.values)
    for i, here in enumerate(seen):
        color = color_of(mean["alpha"].values[i])
        look: dict[str, Any] = {"gid": f"sampled:{name}:{i}", "color": color, "mfc": "white"}
        label = SAMPLED if i == 0 else None
        draw_means(axes, d[i][here], draws[i][here], label=label, **look)


def draw_pairs(axes: Any, curves: xr.DataTree, storage: xr.DataTree) -> None:
    """Pairs with a typical solution, s + Phi, below the annealed count of all pairs."""
    for i, own in enumerate(at_loads(storage, "entropy", PAIRS)):
        d, phi = at_load(curves, PAIRS[i], "distance", "potential")
        color = color_of(PAIRS[i])
        axes.plot(d, own + phi, "-", color=color, label=f"$s + \\Phi$, {load(PAIRS[i])}")
        fine = np.geomspace(float(theory(curves, "distance").min()), 0.5, 200)
        axes.plot(fine, annealed_pairs(fine, PAIRS[i]), ":", color=color, lw=1)
    axes.plot([], [], ":", color="0.4", lw=1, label="annealed")
    axes.set(title="Pairs of solutions", ylabel="entropy of pairs [nat per weight]")
    axes.set(xscale="log", ylim=(0, None))


def annealed_pairs(d: Array, alpha: float) -> Array:
    """ln 2 + h2(d) + alpha ln(1/2 - arccos(1 - 2d)/(2 pi)): ln of the mean number of pairs at
    distance d, per weight.
    """
    both_right = 0.5 - np.arccos(1.0 - 2.0 * d) / (2.0 * np.pi)
    pairs: Array = np.log(2.0) + entropy_of_weights(d) + alpha * np.log(both_right)
    return pairs
