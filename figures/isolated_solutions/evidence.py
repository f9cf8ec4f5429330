"""What the claims about isolated solutions and classic transitions come to, measured on the sweeps'
data.
"""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from toysim.figures.isolated_solutions.reading import (
    at_infinite_size,
    converged,
    crossing,
    entropy_of_weights,
    theory,
)
from toysim.models.perceptron import transitions as classic
from toysim.models.perceptron.storage.theory import storage_saddle
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import mean_and_error

STANDARD_ERRORS = 5.0
SQUARE_ROOT = 2 * 0.4775353398  # 2 int_0^inf -ln H(-s) ds
LAW_HOLDS = 5e-3  # relative; corrections are of relative order alpha sqrt(d) and alpha^2
EQUAL = 1e-10  # two solutions of the same saddle point


def isolated(tree: xr.DataTree) -> Evidence:
    """Sign of the potential on both sides of d_min, load by load, and d_min growing with the
    load.
    """
    potential, d = theory(tree, "potential"), theory(tree, "distance")
    alphas = potential["alpha"].values
    d_min = np.array([classic.isolation_distance(float(a)) for a in alphas])
    q = [storage_saddle(float(a)).overlap for a in alphas]
    holds, closest = [], []
    for i in range(len(alphas)):
        phi, distance = potential.values[i], d.values[i]
        near = (distance < d_min[i]) & np.isfinite(phi)
        between = (distance > d_min[i]) & (distance < 0.5 * (1.0 - q[i]))
        holds.append(near.any() and (phi[near] < 0).all() and (phi[between] > 0).all())
        closest.append(crossing(np.log(distance[between | near]), phi[between | near])[0])
    measured = np.exp(closest)
    grid = np.max(np.abs(np.diff(np.log(d.values[0][d.values[0] < 0.3]))))
    holds += list(np.abs(np.log(measured / d_min)) < grid)
    return Evidence(
        measured=f"negative below d = {listed(measured, '.2g')} at alpha = {listed(alphas, 1)}",
        expected=f"d_min = {listed(d_min, '.4g')}, from Phi = 0",
        error="crossings read off the grid of distances, to its spacing",
        holds=np.array([*holds, bool((np.diff(measured) > 0).all())]),
    )


def square_root_law(tree: xr.DataTree) -> Evidence:
    """(h2(d) - Phi)/sqrt(d) against 2 c alpha rho0, rho0 the density of the reference's fields at
    the threshold.
    """
    potential, d = theory(tree, "potential"), theory(tree, "distance").values
    law = [
        SQUARE_ROOT * float(a) * fields_at_threshold(float(a)) for a in potential["alpha"].values
    ]
    ratio = (entropy_of_weights(d) - potential.values) / np.sqrt(d) / np.array(law)[:, None]
    return Evidence(
        measured=f"h2 - Phi is {ratio.min():.5f} to {ratio.max():.5f} of the law, d = "
        f"{d.min():.2g} to {d.max():.2g}",
        expected="1",
        error=f"corrections of higher order, {LAW_HOLDS:g}",
        holds=np.abs(ratio - 1.0) < LAW_HOLDS,
    )


def fields_at_threshold(alpha: float) -> float:
    """rho0 = int Dz G(a z)/(sqrt(1-q) H(a z)),  a = sqrt(q/(1-q)): trapezoid on a grid as fine as
    needed here.
    """
    from scipy.special import log_ndtr

    q = storage_saddle(alpha).overlap
    z = np.linspace(-9.0, 9.0, 361)
    a = math.sqrt(q / (1.0 - q))
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    mills = np.exp(-0.5 * (a * z) ** 2 - log_ndtr(-a * z)) / math.sqrt(2.0 * math.pi)
    return float(np.sum(density * mills) * (z[1] - z[0]) / math.sqrt(1.0 - q))


def peak_is_the_entropy(curve: xr.DataTree, peak: xr.DataTree, storage: xr.DataTree) -> Evidence:
    """Potential without field, and no larger value on the curve, against the entropy of storage at
    the same load.
    """
    top, q = theory(peak, "potential"), theory(peak, "overlap")
    own = theory(storage, "entropy").sel(alpha=top["alpha"].values, method="nearest").values
    typical = theory(storage, "overlap").sel(alpha=top["alpha"].values, method="nearest").values
    highest = np.nanmax(theory(curve, "potential").values, axis=1)
    off = np.maximum(np.abs(top.values - own), np.abs(q.values - typical))
    return Evidence(
        measured=f"maximum {listed(top.values, 6)}, largest on the curves {listed(highest, 6)}",
        expected=f"entropies {listed(own, 6)}",
        error=f"{EQUAL:g}; largest difference {off.max():.1g}",
        holds=np.concatenate([off < EQUAL, highest < own + EQUAL]),
    )


def capacity(tree: xr.DataTree) -> Evidence:
    """Zero of the entropy over the load."""
    entropy = theory(tree, "entropy")
    found, error = crossing(entropy["alpha"].values, entropy.values)
    exact = classic.capacity().alpha
    return Evidence(
        measured=f"alpha = {found:.5f}",
        expected=f"0.833; by its equation {exact:.9f}",
        error=f"line between grid points, {error:.1g}",
        holds=np.array([abs(found - exact) < 2.0 * error, round(found, 3) == 0.833]),
    )


def transitions(cold: xr.DataTree, warm: xr.DataTree) -> Evidence:
    """Zeros of the low branch's free entropy and its ends, at T = 0 and in units of T at high
    temperature.
    """
    free = theory(cold, "free_entropy").sel(branch="low")
    alpha = free["alpha"].values
    first, error = crossing(alpha, free.values)
    end = alpha[np.isfinite(free.values)].max()
    hot = theory(warm, "free_entropy")
    temperature = float(hot["temperature"])
    ratio = hot["alpha"].values / temperature
    hot_first, _ = crossing(ratio, hot.values)
    hot_end = ratio[np.isfinite(hot.values)].max()
    exact = [f().alpha for f in (classic.first_order_transition, classic.spinodal)]
    limit = [
        f().alpha for f in (classic.high_temperature_transition, classic.high_temperature_spinodal)
    ]
    step, hot_step = alpha[1] - alpha[0], ratio[1] - ratio[0]
    return Evidence(
        measured=f"alpha = {first:.5f} and {end:.2f} to {end + step:.2f}; alpha/T = "
        f"{hot_first:.4f} and {hot_end:.3f}",
        expected=f"{exact[0]:.9f}, {exact[1]:.9f}; T -> infinity: {limit[0]:.7f}, {limit[1]:.7f}",
        error=f"line between grid points {error:.1g}, spinodals to the grid's step; 1/T = "
        f"{1 / temperature:g}",
        holds=np.array(
            [
                abs(first - exact[0]) < 2.0 * error,
                end < exact[1] < end + step,
                abs(hot_first - limit[0]) < 1.0 / temperature,
                abs(hot_end + 0.5 * hot_step - limit[1]) < 0.5 * hot_step + 1.0 / temperature,
            ]
        ),
    )


def annealed_is_late(tree: xr.DataTree) -> Evidence:
    """Quenched transition and spinodal below the annealed ones."""
    free = theory(tree, "free_entropy").sel(branch="low")
    alpha = free["alpha"].values
    found = np.array([crossing(alpha, free.values)[0], alpha[np.isfinite(free.values)].max()])
    late = np.array([classic.annealed_transition().alpha, classic.annealed_spinodal().alpha])
    return Evidence(
        measured=f"alpha = {listed(found, 3)}",
        expected=f"below {listed(late, 7)}",
        error="the grid's step",
        holds=np.concatenate([found < late, np.round(late, 3) == [1.448, 1.730]]),
    )


def message_passing(
    planted: xr.DataTree, landscape: xr.DataTree, students: xr.DataTree
) -> Evidence:
    """Means over instances against theory, in standard errors."""
    pairs = [
        (planted, "potential"),
        (planted, "coupling"),
        (landscape, "entropy"),
        (landscape, "distance"),
        (students, "overlap"),
        (students, "entropy"),
    ]
    z = []
    for tree, name in pairs:
        mean, error = mean_and_error(converged(tree, name))
        off = (mean - theory(tree, name)) / error
        z.append(np.abs(off.where(theory(tree, "valid"), drop=False).values).ravel())
    distances = np.concatenate(z)
    distances = distances[np.isfinite(distances)]
    return Evidence(
        measured=f"largest distance {distances.max():.1f} standard errors, {len(distances)} means",
        expected=f"at most {STANDARD_ERRORS:g}",
        error="standard errors over instances",
        holds=distances <= STANDARD_ERRORS,
    )


def enumeration(tree: xr.DataTree) -> Evidence:
    """psi(x) of all configurations, extrapolated in 1/N, against the theory's, in standard
    errors.
    """
    value, error = at_infinite_size(tree, "legendre")
    expected = theory(tree, "legendre").isel(size=0).values
    return Evidence(
        measured=f"psi = {listed(value, 3)} +- {listed(error, 3)}",
        expected=listed(expected, 4),
        error="standard errors of the extrapolation from two sizes",
        holds=np.abs(value - expected) <= STANDARD_ERRORS * error,
    )
