"""What the claims about double descent come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, sides

Z = 4.0
Z_EXACT = 5.0
OF_FEATURES = 1.5  # over d: how far the equivalent linear model may be off, in shares
FOUR_MOMENTS = 8  # of |n - d|: from it on means at penalty 0 are well behaved
COARSE = (0.5, 0.9, 1.0, 1.1, 2.0)  # sample ratios whose differences stand above the noise


def beside_the_peak_exchanged(excess: xr.DataArray) -> xr.DataArray:
    """The columns at 0.9 and 1.1 samples per input change places."""
    ratio = excess["sample_ratio"].values.tolist()
    order = list(range(len(ratio)))
    a, b = ratio.index(0.9), ratio.index(1.1)
    order[a], order[b] = b, a
    return excess.isel(sample_ratio=order)


def a_tenth_more(excess: xr.DataArray) -> xr.DataArray:
    return 1.1 * excess


def by_the_root(excess: xr.DataArray) -> xr.DataArray:
    """Errors off by 1/sqrt(d) instead of 1/d."""
    return excess * (1.0 + excess["dimension"] ** -0.5)


def peak_at_interpolation(samples: xr.DataTree) -> Evidence:
    """Medians at penalty 0 over samples, and means against the exact ones."""
    draws, law = sides(samples, "excess_error", penalty=0.0)
    median = draws.median("replica")
    top = float(median["sample_ratio"][int(median.argmax("sample_ratio"))])
    mean, error = mean_and_error(draws)
    gap = abs(law["sample_ratio"].values - 1.0)
    known = gap * parameter(samples, "dimension") >= FOUR_MOMENTS - 0.5
    z = (abs(mean - law) / error).values[known]
    return Evidence(
        np.append(z <= Z_EXACT, top == 1.0),
        (
            Number("samples per input at the largest median", top, 1.0, form="g"),
            Number("largest distance from the exact mean", z.max(), 0.0, Z_EXACT, "s.e.", ".2g"),
        ),
        f"the largest median is at n = d; means with |n - d| >= {FOUR_MOMENTS} are within "
        f"{Z_EXACT:g} standard errors of the exact ones",
    )


def best_penalty_is_monotone(samples: xr.DataTree) -> Evidence:
    """Differences of the mean excess error between a few numbers of samples."""
    best = parameter(samples, "label_noise") / parameter(samples, "signal")
    draws, law = sides(samples, "excess_error", penalty=best)
    few, known = draws.sel(sample_ratio=list(COARSE)), law.sel(sample_ratio=list(COARSE))
    mean, error = mean_and_error(few)
    step, noise = np.diff(mean), np.hypot(error.values[1:], error.values[:-1])
    return Evidence(
        step < -Z * noise,
        (
            Number("excess error", mean, known, Z * error, form=".4f"),
            Number("its steps", step, np.diff(known.values), Z * noise, form=".4f"),
        ),
        f"every step down by more than {Z:g} standard errors",
    )


def features_peak_at_samples(features: xr.DataTree) -> Evidence:
    """Mean excess error over features at the small penalty."""
    least = float(features["simulation"]["penalty"].min())
    draws, _ = sides(features, "excess_error", penalty=least)
    mean = draws.mean("replica").transpose("activation", "feature_ratio")
    psi, alpha = mean["feature_ratio"].values, parameter(features, "sample_ratio")
    top = psi[mean.values.argmax(axis=1)]
    lowest = psi[mean.values.argmin(axis=1)]
    return Evidence(
        np.concatenate([top == alpha, lowest == psi[-1]]),
        (
            Number("features per input at the largest error", top, alpha, form="g"),
            Number("at the smallest", lowest, psi[-1], form="g"),
        ),
        "the largest mean is where p' = n, the smallest at the most features",
    )


def two_numbers_of_an_activation(features: xr.DataTree) -> Evidence:
    """Relative distance from the equivalent linear model, averaged over features, at the large
    penalty: single cells are too noisy.
    """
    large = float(features["simulation"]["penalty"].max())
    draws, law = sides(features, "excess_error", penalty=large)
    off, error = mean_and_error((draws / law - 1.0).mean("feature_ratio"))
    bound = Z * error + OF_FEATURES / parameter(features, "dimension")
    return Evidence(
        (abs(off) <= bound).values,
        (Number("relative distance", off, 0.0, bound, form=".4f"),),
        f"within {Z:g} standard errors + {OF_FEATURES:g}/d",
    )


def finite_size_costs_one_over_d(dimensions: xr.DataTree) -> Evidence:
    """d (mean - limit) over d, against its average weighted by the errors."""
    mean, error = mean_and_error(observable(dimensions, "excess_error"))
    limit = observable(dimensions, "limit_excess_error", "theory")
    d = mean["dimension"]
    cost, noise = d * (mean - limit), d * error
    weight = noise**-2
    average = float((cost * weight).sum() / weight.sum())
    return Evidence(
        np.append((abs(cost - average) <= Z * noise).values, average > Z * float(noise.min())),
        (
            Number("dimension", d, form="g"),
            Number("d times the distance from the limit", cost, average, Z * noise),
        ),
        f"each within {Z:g} standard errors of their average, which is not 0",
    )
