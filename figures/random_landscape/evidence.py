"""What the claims about random landscapes come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.random_landscape.reading import (
    KINDS,
    at_update,
    by_batch,
    decade_slope,
    log_exponent,
    mean_distance,
    of_kind,
    updates,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark

NEAR_KESTEN = 0.3  # share by which a decade's slope may miss the limit's
DECADES = (100.0, 1000.0)
DIFFUSIVE = 0.02
NEAR_ONE = 0.3
EQUAL = 0.05
RUGGED = [name for name in KINDS if name != "none"]


def kesten(name: str) -> float:
    """The slope in the limit."""
    disorder, bias = KINDS[name]
    return float(landmark("rugged.random_potential", "sinai_slope", disorder=disorder, bias=bias))


def ultra_slow(growth: xr.DataTree) -> Evidence:
    """Slopes of sqrt(E|x|) per decade against Kesten's; without disorder sqrt t."""
    law = np.array([kesten(name) for name in RUGGED])
    slopes = np.array([[decade_slope(growth, name, t) for name in RUGGED] for t in DECADES])
    near = (slopes > 0.0).all(axis=1) & (np.abs(slopes / law - 1.0) < NEAR_KESTEN).all(axis=1)
    free, t = of_kind(mean_distance(growth), "none"), updates(growth)
    decades = np.array([[at_update(free, t, b * first) for b in (1.0, 10.0)] for first in DECADES])
    power = np.log10(decades[:, 1] / decades[:, 0])
    return Evidence(
        near & (np.abs(power - 0.5) < DIFFUSIVE),
        (
            Number("slope by landscape, 100 to 1,000 updates", slopes[0], law, form=".3f"),
            Number("slope, 1,000 to 10,000 updates", slopes[1], law, form=".3f"),
            Number("power of t without a landscape", power, 0.5, DIFFUSIVE, form=".4f"),
        ),
        "all slopes of a decade within 30 % of the limit's, which is expected; sqrt t without",
        np.array(DECADES) >= 1000.0,
    )


def grows_like_ln(roughness: xr.DataTree) -> Evidence:
    """Exponent of ln t at Hurst exponent 1/2."""
    found = log_exponent(roughness)
    half = float(found.sel(hurst=0.5))
    return Evidence(
        [abs(half - 1.0) < NEAR_ONE],
        (
            Number("Hurst exponent", found["hurst"], form="g"),
            Number("exponent of ln t", found, 1.0 / found["hurst"], form=".2f"),
        ),
        "exponent at Hurst exponent 1/2 within 0.3 of 1; expected: the limits 1/H",
    )


def batches_differ(batch: xr.DataTree) -> Evidence:
    """Distance at equal updates falls with B under both rules."""
    found = {r: by_batch(batch, disorder="gaussian", rate_rule=r) for r in ("none", "sqrt")}
    return Evidence(
        [bool((np.diff(values) < 0.0).all()) for values in found.values()],
        tuple(
            Number(f"distance by batch size, {rule}", values, form=".1f")
            for rule, values in found.items()
        ),
        "falls with every larger batch",
    )


def root_closes_the_gap(batch: xr.DataTree) -> Evidence:
    """Distance at equal updates under eta ~ sqrt B, with and without a landscape."""
    found = [by_batch(batch, disorder=d, rate_rule="sqrt") for d in ("none", "gaussian")]
    apart = np.array([values.max() / values.min() - 1.0 for values in found])
    return Evidence(
        apart < EQUAL,
        (
            Number("distance by batch size, no landscape", found[0], form=".1f"),
            Number("distance by batch size, random landscape", found[1], form=".1f"),
        ),
        f"distances within {EQUAL:g} of each other",
        [True, False],
    )


def temperature_and_steps(batch_linear: xr.DataTree) -> Evidence:
    """The linear rule with n/B updates."""
    found = observable_by_size(batch_linear)
    apart = found.max() / found.min() - 1.0
    return Evidence(
        [apart < 1e-9],
        (Number("distance by batch size", found, form=".2f"),),
        "equal to rounding: temperature and steps are the same",
    )


def observable_by_size(tree: xr.DataTree) -> np.ndarray:
    """E|x| at the end, by batch size."""
    values = mean_distance(tree).isel(record=-1)
    return np.asarray(values.values[np.argsort(values["batch"].values)])


def squared(distance: xr.DataArray) -> xr.DataArray:
    return distance**2


def of_batch_one(distance: xr.DataArray) -> xr.DataArray:
    """Every batch as far as the smallest."""
    return distance.isel(batch=0).broadcast_like(distance).transpose(*distance.dims)


def by_its_size(distance: xr.DataArray) -> xr.DataArray:
    """Distances that depend on the batch size."""
    return distance / distance["batch"]
