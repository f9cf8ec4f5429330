"""Reading the sweeps: crossings, entropies by distance, extrapolation, and the exact numbers that
they are held against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import ended, landmark, mean_and_error, observable

Array = npt.NDArray[np.float64]


def theory(tree: xr.DataTree, name: str) -> xr.DataArray:
    """A theory's observable on the sweep's grid."""
    return observable(tree, name, "theory")


def at_load(tree: xr.DataTree, alpha: float, *names: str) -> tuple[Array, ...]:
    """A theory's observables over the distance at one load, where it is valid."""
    here = theory(tree, "valid").sel(alpha=alpha).values
    return tuple(theory(tree, name).sel(alpha=alpha).values[here] for name in names)


def at_loads(storage: xr.DataTree, name: str, alphas: Any) -> Array:
    """An observable of storage at the loads of another sweep, which its grid has to rounding."""
    return np.asarray(theory(storage, name).sel(alpha=np.asarray(alphas), method="nearest").values)


def smallest_distances(alphas: Array) -> Array:
    """d_min of every load: where the potential around a typical solution is zero."""
    loads = [float(alpha) for alpha in alphas]
    marks = (landmark("perceptron.franz_parisi", "isolation_distance", alpha=a) for a in loads)
    return np.array([float(mark) for mark in marks])


def student_loads(*names: str) -> Array:
    """Loads at which the students' entropy is zero, or their saddle point ends."""
    return np.array([float(landmark("perceptron.teacher_student", name)) for name in names])


def entropy_of_weights(d: Any) -> Any:
    """h2(d): ln of the number of weight vectors at distance d of one, per weight."""
    return -d * np.log(d) - (1.0 - d) * np.log1p(-d)


def share_of_the_law(near: xr.DataTree, storage: xr.DataTree) -> xr.DataArray:
    """(h2(d) - Phi)/(2 c alpha rho0 sqrt(d)), rho0 the density of the reference's fields at the
    threshold: 1 to leading order in d.
    """
    potential, d = theory(near, "potential"), theory(near, "distance")
    alpha = potential["alpha"]
    rho = [fields_at_threshold(q) for q in at_loads(storage, "overlap", alpha.values)]
    leading = 2.0 * lost_to_one_threshold() * alpha * alpha.copy(data=rho) * d**0.5
    share: xr.DataArray = (entropy_of_weights(d) - potential) / leading
    return share


def lost_to_one_threshold() -> float:
    """c = int_0^inf -ln H(-s) ds = 0.4775."""
    from scipy.integrate import quad
    from scipy.special import log_ndtr

    return float(quad(lambda s: -log_ndtr(s), 0.0, np.inf, epsabs=1e-12)[0])


def fields_at_threshold(q: float) -> float:
    """rho0 = int Dz G(a z)/(sqrt(1-q) H(a z)),  a = sqrt(q/(1-q)): trapezoid on a grid as fine as
    needed here.
    """
    from scipy.special import log_ndtr

    z = np.linspace(-9.0, 9.0, 361)
    a = np.sqrt(q / (1.0 - q))
    log_density = -0.5 * (1.0 + a * a) * z * z - log_ndtr(-a * z) - np.log(2.0 * np.pi)
    return float(np.sum(np.exp(log_density)) * (z[1] - z[0]) / np.sqrt(1.0 - q))


def crossing(x: Array, y: Array) -> tuple[float, float]:
    """Where y(x) first changes its sign, on a line between two grid points, and how far a
    parabola's root may be.
    """
    kept = np.isfinite(y)
    x, y = x[kept], y[kept]
    i = int(np.flatnonzero(np.diff(np.sign(y)))[0])
    slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
    bend = np.abs(np.gradient(np.gradient(y, x), x)[max(i - 1, 0) : i + 3]).max()
    return float(x[i] - y[i] / slope), float(bend * (x[i + 1] - x[i]) ** 2 / (8.0 * abs(slope)))


def means(tree: xr.DataTree, name: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over the instances that ended with status ok, and its standard error."""
    return mean_and_error(ended(tree, name))


def at_infinite_size(tree: xr.DataTree, name: str) -> tuple[Array, Array]:
    """Means over the two sizes extrapolated linearly in 1/N, and their standard errors."""
    mean, error = means(tree, name)
    small, large = mean["size"].values.astype(float)
    gain = large - small
    value = (large * mean.isel(size=1) - small * mean.isel(size=0)) / gain
    spread = np.hypot(large * error.isel(size=1), small * error.isel(size=0)) / gain
    return value.values, spread.values
