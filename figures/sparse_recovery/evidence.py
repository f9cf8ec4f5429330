"""What the claims about sparse recovery come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, sides

Z = 4.0
SELECTED = ("squared_error", "false_discovery_rate", "true_positive_rate")
OF_SIZE = 3.0  # over d: how far a finite dimension may be off
INSIDE, BEYOND = 0.8, 1.25  # of the critical density: cells between are left undecided
FOUND, LOST = 1e-3, 1e-2  # squared error over rho, at most and at least


def a_fifth_more(error: xr.DataArray) -> xr.DataArray:
    return 1.2 * error


def axes_exchanged(error: xr.DataArray) -> xr.DataArray:
    """The grid of samples and densities transposed."""
    order = ("sample_ratio", "density")
    swapped = error.transpose(..., *order)
    return swapped.copy(data=swapped.values.swapaxes(-1, -2)).transpose(*error.dims)


def more_with_size(error: xr.DataArray) -> xr.DataArray:
    """Errors off by a share that grows with d."""
    return error * (1.0 + error["dimension"] / 2000.0)


def state_evolution(curve: xr.DataTree) -> Evidence:
    """Means over the penalty against the theory."""
    holds, numbers = [], []
    for name in SELECTED:
        draws, law = sides(curve, name)
        mean, error = mean_and_error(draws)
        bound = Z * error + OF_SIZE / parameter(curve, "dimension")
        holds.append((abs(mean - law) <= bound).values)
        numbers.append(Number(name.replace("_", " "), mean, law, bound, form=".4f"))
    return Evidence(
        np.concatenate(holds),
        tuple(numbers),
        f"within {Z:g} standard errors + {OF_SIZE:g}/d",
    )


def boundary_of_recovery(boundary: xr.DataTree) -> Evidence:
    """Mean squared error of every cell clearly inside and clearly beyond the boundary."""
    draws, _ = sides(boundary, "squared_error")
    mean = draws.mean("replica") / parameter(boundary, "signal")
    share = mean["density"] / observable(boundary, "critical_density", "theory")
    inside, beyond = share < INSIDE, share > BEYOND
    right = ((mean < FOUND) & inside) | ((mean > LOST) & beyond)
    decided = (inside | beyond).transpose(*right.dims).values
    return Evidence(
        right.values[decided],
        (
            Number("cells on the right side", int(right.sum()), int(decided.sum()), form="g"),
            Number("largest error inside", float(mean.where(inside).max()), 0.0, FOUND, form=".1e"),
            Number("smallest beyond", float(mean.where(beyond).min()), form=".1e"),
        ),
        f"below {FOUND:g} rho up to {INSIDE:g} of the critical density, above {LOST:g} rho from "
        f"{BEYOND:g} of it on",
    )


def finite_size_costs_one_over_d(size: xr.DataTree) -> Evidence:
    """d (mean - limit) over d, against its average weighted by the errors."""
    draws, law = sides(size, "squared_error")
    mean, error = mean_and_error(draws)
    d = mean["dimension"]
    cost, noise = d * (mean - law), d * error
    weight = noise**-2
    average = float((cost * weight).sum() / weight.sum())
    spread = float(weight.sum()) ** -0.5
    return Evidence(
        np.append((abs(cost - average) <= Z * noise).values, average > Z * spread),
        (
            Number("dimension", d, form="g"),
            Number("d times the distance from the limit", cost, average, Z * noise),
        ),
        f"each within {Z:g} standard errors of their average, which is not 0",
    )
