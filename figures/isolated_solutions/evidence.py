"""What the claims about isolated solutions and classic transitions come to, measured on the sweeps'
data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from toysim.figures.isolated_solutions.reading import (
    Array,
    at_infinite_size,
    at_loads,
    crossing,
    means,
    share_of_the_law,
    smallest_distances,
    student_loads,
    theory,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import ended, landmark

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
    rows = zip(distance, potential.values, d_min, half_way, strict=True)
    parted, found = map(np.array, zip(*(sides_of_zero(*row) for row in rows), strict=True))
    spacing = np.max(np.abs(np.diff(np.log(distance[0][distance[0] < 0.3]))))
    close = np.abs(np.log(found / d_min)) < spacing
    return Evidence(
        holds=np.array([*parted, *close, (np.diff(found) > 0).all()]),
        numbers=(
            Number("loads alpha =", alphas, form="g"),
            Number("negative below d_min =", found, d_min, spacing * d_min),
        ),
        criterion="negative below d_min and positive between it and the distance of two solutions; "
        "zero where Phi = 0 has it, to the spacing of the grid; d_min grows with the load",
    )


def sides_of_zero(d: Array, phi: Array, least: float, far: float) -> tuple[bool, float]:
    """Whether a potential is negative below ``least`` and positive from there to ``far``; where it
    changes its sign.
    """
    near, between = (d < least) & np.isfinite(phi), (d > least) & (d < far)
    parted = near.any() and (phi[near] < 0).all() and (phi[between] > 0).all()
    shown = near | between
    return bool(parted), float(np.exp(crossing(np.log(d[shown]), phi[shown])[0]))


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
    exact = float(landmark("perceptron.storage", "capacity"))
    return Evidence(
        holds=np.array([abs(found - exact) < 2.0 * error, round(found, 3) == round(exact, 3)]),
        numbers=(Number("the entropy is zero at alpha =", found, exact, error, form=".6g"),),
        criterion="closer than twice the error of a line between grid points, and equal if rounded "
        "to three decimals",
    )


class LowBranch(NamedTuple):
    """Loads of the students below overlap 1: their transition with its error, the last one with
    students, and the step of the grid.
    """

    transition: float
    error: float
    end: float
    step: float


def low_branch(tree: xr.DataTree, unit: float = 1.0) -> LowBranch:
    """Zero of the low branch's free entropy, and its end, in units of a load."""
    free = theory(tree, "free_entropy")
    free = free.sel(branch="low") if "branch" in free.dims else free
    loads = free["alpha"].values
    end, step = loads[np.isfinite(free.values)].max(), loads[1] - loads[0]
    return LowBranch(*crossing(loads / unit, free.values), float(end / unit), float(step / unit))


def transitions(cold: xr.DataTree, warm: xr.DataTree) -> Evidence:
    """Zeros of the low branch's free entropy and its ends, at T = 0 and in units of T at high
    temperature.
    """
    temperature = float(theory(warm, "temperature"))
    first, error, end, step = low_branch(cold)
    hot = low_branch(warm, temperature)
    found = np.array([hot.transition, hot.end + 0.5 * hot.step])
    finite = 1.0 / temperature + np.array([0.0, 0.5 * hot.step])
    transition, spinodal = student_loads("first_order_transition", "spinodal")
    limit = student_loads("high_temperature_transition", "high_temperature_spinodal")
    at_zero = [abs(first - transition) < 2.0 * error, end < spinodal < end + step]
    return Evidence(
        holds=np.array([*at_zero, *(np.abs(found - limit) < finite)]),
        numbers=(
            Number("transition at alpha =", first, transition, 2.0 * error, form=".6g"),
            Number("last students at alpha =", end, spinodal, step, form=".6g"),
            Number("transition, end at alpha/T =", found, limit, finite, form=".5g"),
        ),
        criterion="twice the error of a line between grid points, ends to the grid's step; at high "
        "temperature against the limit T -> infinity, to 1/T",
    )


def annealed_is_late(cold: xr.DataTree) -> Evidence:
    """Quenched transition and spinodal below the annealed ones."""
    quenched = low_branch(cold)
    found = np.array([quenched.transition, quenched.end])
    annealed = student_loads("annealed_transition", "annealed_spinodal")
    return Evidence(
        holds=found < annealed,
        numbers=(Number("transition and end at alpha =", found, annealed, form=".4g"),),
        criterion="the quenched loads, to the grid's step, lie below the annealed ones",
    )


def message_passing(
    planted: xr.DataTree, landscape: xr.DataTree, students: xr.DataTree
) -> Evidence:
    """Means over instances against theory, in standard errors."""
    off = np.concatenate(
        [
            *in_standard_errors(planted, "potential", "coupling"),
            *in_standard_errors(landscape, "entropy", "distance"),
            *in_standard_errors(students, "overlap", "entropy"),
        ]
    )
    return Evidence(
        holds=off <= STANDARD_ERRORS,
        numbers=(
            Number("largest distance", off.max(), error=STANDARD_ERRORS, unit="standard errors"),
            Number("means compared", off.size, form="d"),
        ),
        criterion="every mean over instances where the theory is valid, in standard errors",
    )


def in_standard_errors(tree: xr.DataTree, *names: str) -> Iterator[Array]:
    """Distances of the means from theory where it is valid, an observable at a time."""
    for name in names:
        mean, error = means(tree, name)
        off = (abs(mean - theory(tree, name)) / error).values[theory(tree, "valid").values]
        yield off[np.isfinite(off)]


def enumeration(enumerated: xr.DataTree) -> Evidence:
    """psi(x) of all configurations, extrapolated in 1/N, against the theory's, in standard
    errors.
    """
    draws = ended(enumerated, "legendre")
    mean, _ = means(enumerated, "legendre")
    value, error = at_infinite_size(enumerated, "legendre")
    expected = theory(enumerated, "legendre").isel(size=0).values
    return Evidence(
        holds=np.abs(value - expected) <= STANDARD_ERRORS * error,
        numbers=(
            Number("psi =", value, expected, error, form=".4f"),
            Number("means at the two sizes", mean, form=".4f", draws=draws),
        ),
        criterion=f"{STANDARD_ERRORS:g} standard errors of the extrapolation from two sizes",
    )
