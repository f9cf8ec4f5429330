"""What the claims about unlearning come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.models.continual.deletion.closed_forms import mean_amplification, mean_damping
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

GOOD, FEW = 0.1, 0.1  # relative error, and weights a row
ALONG = 0.5  # relative error of the best gradient step
STANDARD_ERRORS = 4.0
ROUNDING = 1e-10  # of what the first step leaves


def influence_approximates_retraining(influence: xr.DataTree) -> Evidence:
    """Mean relative error of one row, by rows a weight."""
    error, leverage = (observable(influence, n) for n in ("relative_error", "leverage"))
    mean, scatter = mean_and_error(error.sel(n_deleted=1))
    share = parameter(influence, "dimension") / mean["n_samples"].values
    off = abs(error - leverage).sel(n_deleted=1).max()
    return Evidence(
        mean.values <= GOOD,
        (
            Number("d/n", share),
            Number("relative error", mean, share, scatter),
            Number("largest distance from the leverage", float(off), form=".1g"),
            Number("relative error of four rows", error.sel(n_deleted=4).mean("replica")),
        ),
        "at most a tenth; errors are standard errors",
        share < FEW,
    )


def steps_remove_the_trace(steps: xr.DataTree) -> Evidence:
    """Leftover of one row from step to step, over the leverage."""
    left, leverage = (observable(steps, n).sel(n_deleted=1) for n in ("leftover", "leverage"))
    ratio = left / left.sel(iterations=1)
    expected = leverage ** (left["iterations"] - 1)
    off = abs(ratio - expected).max("replica")  # rounding of the first step
    several = observable(steps, "leftover").mean("replica")
    return Evidence(
        (off < ROUNDING).values,
        (
            Number("steps", left["iterations"], form=".0f"),
            Number("left of one row, mean", left.mean("replica"), form=".2g"),
            Number("left of fifteen", several.sel(n_deleted=15), form=".2g"),
        ),
        "as l^(k-1) of the first step's, to 1e-10 of that",
    )


def memorising_is_easier(amplification: xr.DataTree) -> Evidence:
    """Means of 1/(1 - l) of deletion and 1/(1 + l) of insertion, against the closed forms."""
    mean, error = mean_and_error(observable(amplification, "amplification"))
    mean, error = (v.transpose("method", "n_samples") for v in (mean, error))
    n, d = mean["n_samples"].values, parameter(amplification, "dimension")
    laws = {"influence": mean_amplification(n, d), "add": mean_damping(n, d)}
    holds, numbers = [], [Number("n", n)]
    for method, name in (("influence", "deletion"), ("add", "insertion")):
        one, scatter = (v.sel({"method": method}) for v in (mean, error))
        holds.append(np.abs(one - laws[method]) <= STANDARD_ERRORS * scatter)
        numbers.append(Number(name, one, laws[method], scatter, form=".4g"))
    easier = mean.sel({"method": "influence"}) > 1.0, mean.sel({"method": "add"}) < 1.0
    return Evidence(
        np.concatenate([*holds, *easier]),
        tuple(numbers),
        f"deletion above 1, insertion below, within {STANDARD_ERRORS:g} standard errors of law",
    )


def gradients_suffice(gradients: xr.DataTree) -> Evidence:
    """Relative error of the best step along the gradient, by the spectrum of the inputs."""
    mean, error = mean_and_error(observable(gradients, "relative_error"))
    return Evidence(
        mean.values < ALONG,
        (
            Number("exponent of the spectrum", mean["spectrum"]),
            Number("relative error", mean, error=error),
        ),
        "below a half; errors are standard errors",
        mean["spectrum"].values == 0.0,
    )
