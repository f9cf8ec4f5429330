"""What the claims about isolated solutions and classic transitions come to, measured on the sweeps'
data.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.isolated_solutions.reading import (
    ANNEALED,
    CAPACITY,
    HOT,
    SPINODAL,
    TRANSITION,
    Array,
    at_infinite_size,
    at_loads,
    converged,
    crossing,
    share_of_the_law,
    smallest_distances,
    theory,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error

STANDARD_ERRORS = 5.0
LAW_HOLDS = 5e-3  # relative; corrections are of relative order alpha sqrt(d) and alpha^2
EQUAL = 1e-10  # two solutions of the same saddle point


def isolated(curves: xr.DataTree, storage: xr.DataTree) -> Evidence:
    """Sign of the potential on both sides of d_min, load by load, and d_min growing with the
    load.
    """
    potential, distance = theory(curves, "potential"), theory(curves, "distance").values
    alphas = potential["alpha"].values
    d_min = smallest_distances(alphas)
    half_way = 0.5 * (1.0 - at_loads(storage, "overlap", alphas))
    signs, found = [], []
    for phi, d, least, far in zip(potential.values, distance, d_min, half_way, strict=True):
        near, between = (d < least) & np.isfinite(phi), (d > least) & (d < far)
        signs.append(near.any() and (phi[near] < 0).all() and (phi[between] > 0).all())
        found.append(np.exp(crossing(np.log(d[near | between]), phi[near | between])[0]))
    spacing = np.max(np.abs(np.diff(np.log(distance[0][distance[0] < 0.3]))))
    close = np.abs(np.log(found / d_min)) < spacing
    return Evidence(
        holds=np.array([*signs, *close, (np.diff(found) > 0).all()]),
        numbers=(
            Number("loads alpha =", alphas, form="g"),
            Number("negative below d_min =", found, d_min, spacing * d_min),
        ),
        criterion="negative below d_min and positive between it and the distance of two solutions; "
        "zero where Phi = 0 has it, to the spacing of the grid; d_min grows with the load",
    )


def square_root_law(near: xr.DataTree, storage: xr.DataTree) -> Evidence:
    """h2(d) - Phi over its law, at every load and distance."""
    share, d = share_of_the_law(near, storage).values, theory(near, "distance").values
    return Evidence(
        holds=np.abs(share - 1.0) < LAW_HOLDS,
        numbers=(
            Number("h2 - Phi over the law", [share.min(), share.max()], 1.0, LAW_HOLDS, form=".5f"),
            Number("distances from and to", [d.min(), d.max()], form=".2g"),
        ),
        criterion="as close to the law as corrections of higher order in d and alpha leave it",
    )


def peak_is_the_entropy(curve: xr.DataTree, peak: xr.DataTree, storage: xr.DataTree) -> Evidence:
    """Potential without field, and no larger value on the curve, against the entropy of storage at
    the same load.
    """
    top, highest = theory(peak, "potential"), theory(curve, "potential").max("target_overlap")
    entropy, overlap = (at_loads(storage, name, top["alpha"]) for name in ("entropy", "overlap"))
    own = at_loads(storage, "entropy", highest["alpha"])
    gaps = np.abs([top.values - entropy, theory(peak, "overlap").values - overlap])
    return Evidence(
        holds=np.concatenate([gaps.max(axis=0) < EQUAL, highest.values < own + EQUAL]),
        numbers=(
            Number("maximum without field", top, entropy, EQUAL, form=".6f"),
            Number("largest on the curves", highest, own, form=".6f"),
            Number("largest difference", gaps.max(), error=EQUAL, form=".1g"),
        ),
        criterion="entropy and overlap of storage at the maximum, nothing above them on the curve",
    )


def capacity(storage: xr.DataTree) -> Evidence:
    """Zero of the entropy over the load."""
    entropy = theory(storage, "entropy")
    found, error = crossing(entropy["alpha"].values, entropy.values)
    return Evidence(
        holds=np.array([abs(found - CAPACITY) < 2.0 * error, round(found, 3) == 0.833]),
        numbers=(Number("the entropy is zero at alpha =", found, CAPACITY, error, form=".6g"),),
        criterion="closer than twice the error of a line between grid points, and 0.833 if rounded",
    )


def low_branch(tree: xr.DataTree) -> tuple[Array, Array, float]:
    """Loads, free entropies and the last load of the students below overlap 1."""
    free = theory(tree, "free_entropy")
    free = free.sel(branch="low") if "branch" in free.dims else free
    alpha = free["alpha"].values
    return alpha, free.values, float(alpha[np.isfinite(free.values)].max())


def transitions(cold: xr.DataTree, warm: xr.DataTree) -> Evidence:
    """Zeros of the low branch's free entropy and its ends, at T = 0 and in units of T at high
    temperature.
    """
    alpha, free, end = low_branch(cold)
    first, error = crossing(alpha, free)
    hot_alpha, hot, hot_last = low_branch(warm)
    temperature = float(theory(warm, "temperature"))
    hot_first = crossing(hot_alpha / temperature, hot)[0]
    step, hot_step = alpha[1] - alpha[0], (hot_alpha[1] - hot_alpha[0]) / temperature
    hot_end = hot_last / temperature + 0.5 * hot_step
    finite = np.array([1.0, 1.0]) / temperature + [0.0, 0.5 * hot_step]
    return Evidence(
        holds=np.array(
            [
                abs(first - TRANSITION) < 2.0 * error,
                end < SPINODAL < end + step,
                *(np.abs([hot_first, hot_end] - HOT) < finite),
            ]
        ),
        numbers=(
            Number("transition at alpha =", first, TRANSITION, 2.0 * error, form=".6g"),
            Number("last students at alpha =", end, SPINODAL, step, form=".6g"),
            Number("transition, end at alpha/T =", [hot_first, hot_end], HOT, finite, form=".5g"),
        ),
        criterion="twice the error of a line between grid points, ends to the grid's step; at high "
        "temperature against the limit T -> infinity, to 1/T",
    )


def annealed_is_late(cold: xr.DataTree) -> Evidence:
    """Quenched transition and spinodal below the annealed ones."""
    alpha, free, end = low_branch(cold)
    found = np.array([crossing(alpha, free)[0], end])
    return Evidence(
        holds=found < ANNEALED,
        numbers=(Number("transition and end at alpha =", found, ANNEALED, form=".4g"),),
        criterion="the quenched loads, to the grid's step, lie below the annealed ones",
    )


def message_passing(
    planted: xr.DataTree, landscape: xr.DataTree, students: xr.DataTree
) -> Evidence:
    """Means over instances against theory, in standard errors."""
    pairs = (
        (planted, "potential"),
        (planted, "coupling"),
        (landscape, "entropy"),
        (landscape, "distance"),
        (students, "overlap"),
        (students, "entropy"),
    )
    off = np.concatenate([in_standard_errors(tree, name) for tree, name in pairs])
    return Evidence(
        holds=off <= STANDARD_ERRORS,
        numbers=(
            Number("largest distance", off.max(), error=STANDARD_ERRORS, unit="standard errors"),
            Number("means compared", off.size, form="d"),
        ),
        criterion="every mean over instances where the theory is valid, in standard errors",
    )


def in_standard_errors(tree: xr.DataTree, name: str) -> Array:
    """Distances of the means from theory where it is valid."""
    mean, error = mean_and_error(converged(tree, name))
    distance: xr.DataArray = abs((mean - theory(tree, name)) / error)
    off = distance.where(theory(tree, "valid")).values.ravel()
    return np.asarray(off[np.isfinite(off)])


def enumeration(enumerated: xr.DataTree) -> Evidence:
    """psi(x) of all configurations, extrapolated in 1/N, against the theory's, in standard
    errors.
    """
    value, error = at_infinite_size(enumerated, "legendre")
    expected = theory(enumerated, "legendre").isel(size=0).values
    return Evidence(
        holds=np.abs(value - expected) <= STANDARD_ERRORS * error,
        numbers=(Number("psi =", value, expected, error, form=".4f"),),
        criterion=f"{STANDARD_ERRORS:g} standard errors of the extrapolation from two sizes",
    )
