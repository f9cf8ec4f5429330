"""What the claims about activation codes come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable, parameter

ALONE = 0.01  # redundancy below which a code is one point's
MANY = 400
CONTOUR, CLOSE = 0.1, 0.15
Z = 5.0
TOLD = 0.95


def transposed(values: xr.DataArray) -> Any:
    """Redundancies with units counted from the other end."""
    return values.isel(n_units=slice(None, None, -1)).values


def widths(tree: xr.DataTree, name: str) -> xr.DataArray:
    """A landmark by the number of points."""
    d, points = int(parameter(tree, "dimension")), observable(tree, "redundancy")["n_points"]
    found = [
        float(landmark("memory.activation_codes", name, dimension=d, n_points=int(m)))
        for m in points.values
    ]
    return xr.DataArray(found, dims="n_points", coords={"n_points": points.values})


def contour(redundancy: xr.DataArray) -> xr.DataArray:
    """Units at which the redundancy is CONTOUR, by the logarithms of both."""
    log_n = np.log(redundancy["n_units"].values)
    rows = [
        np.exp(np.interp(-np.log(CONTOUR), -np.log(np.maximum(row, 1e-9)), log_n))
        for row in redundancy.transpose("n_points", "n_units").values
    ]
    return xr.DataArray(rows, dims="n_points", coords={"n_points": redundancy["n_points"].values})


def one_each(chart: xr.DataTree) -> Evidence:
    """Redundancy of 400 points by the number of units."""
    mean, error = mean_and_error(observable(chart, "redundancy").sel(n_points=MANY))
    width = float(widths(chart, "width_of_a_hundredth").sel(n_points=MANY))
    return Evidence(
        (mean < ALONE).values,
        (
            Number("units", mean["n_units"], form="g"),
            Number("redundancy", mean, error=error, form=".4f"),
            Number("critical width", width, form=".1f"),
        ),
        f"redundancy below {ALONE:g}, {MANY} points; errors are standard errors",
        (mean["n_units"] >= width).values,
    )


def regimes(chart: xr.DataTree) -> Evidence:
    """Monotone in both, and the contour where pairs put it."""
    mean = observable(chart, "redundancy").mean("replica").transpose("n_points", "n_units")
    law, found = widths(chart, "width_of_a_tenth"), contour(mean)
    return Evidence(
        [
            bool((mean.diff("n_units") < 0.0).all()),
            bool((mean.isel(n_points=-1) > mean.isel(n_points=0)).all()),
            bool((abs(found / law - 1.0) < CLOSE).all()),
        ],
        (
            Number("points", mean["n_points"], form="g"),
            Number(f"units at redundancy {CONTOUR:g}", found, law, CLOSE * law, form=".1f"),
        ),
        "falls with units, higher of most than of fewest points; the contour within 15 %",
    )


def carry_the_category(prototypes: xr.DataTree) -> Evidence:
    """Accuracy against its law given the points."""
    accuracy, _ = mean_and_error(observable(prototypes, "prototype_accuracy"))
    excess, error = mean_and_error(observable(prototypes, "accuracy_excess"))
    agree = np.append((abs(excess) < Z * error).values, float(accuracy.isel(n_units=-1)) > TOLD)
    return Evidence(
        agree,
        (
            Number("units", accuracy["n_units"], form="g"),
            Number("accuracy", accuracy, accuracy - excess, error, form=".4f"),
        ),
        f"the law within five standard errors, and more than {TOLD:g} with the most units",
    )
