"""The spread of a random walk."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.paper import Claim, Evidence, Number, Recipe, Reproduction, Spoiler
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, observable


def spread(tree: xr.DataTree) -> Figure:
    """Mean square distance against length, with theory as a line."""
    figure = new_figure()
    axes = figure.subplots()
    mean, error = mean_and_error(observable(tree, "square"))
    axes.errorbar(mean["n_steps"], mean, error, fmt="o", label="simulation")
    axes.plot(mean["n_steps"], observable(tree, "square", "theory"), label="theory")
    axes.set(xscale="log", yscale="log", xlabel="steps n", ylabel="mean square distance [m2]")
    axes.set_title("spread of a walk")
    axes.legend()
    return figure


def grows_linearly(tree: xr.DataTree) -> Evidence:
    """The mean square over n is 1."""
    mean, error = mean_and_error(observable(tree, "square"))
    steps = mean["n_steps"].values
    return Evidence(
        holds=np.abs(mean.values / steps - 1) < 5 * error.values / steps,
        numbers=(Number("mean square over n", mean / steps, 1.0, error / steps),),
        criterion="within five standard errors",
    )


REPRODUCTION = Reproduction(
    name="demo",
    paper="elementary",
    title="A random walk",
    figures=(
        Recipe("spread", "Mean square distance of a walk.", "elementary", ("length",), spread),
    ),
    claims=(
        Claim(
            name="grows_linearly",
            sentence="The mean square distance of a walk grows linearly with its length.",
            source="elementary",
            sweeps=("length",),
            check=grows_linearly,
            spoilers=(Spoiler("length", "square", lambda square: 1.2 * square),),
        ),
    ),
)
