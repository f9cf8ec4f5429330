"""What the claims about random subnetworks come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable, parameter, runs

CLEAR = 3.0  # standard errors


def reversed_density(error: xr.DataArray) -> Any:
    """Errors of the densest masks in the place of the sparsest."""
    return error.isel(density=slice(None, None, -1)).values


def best_densities(density: xr.DataTree) -> Any:
    """rho* of every distance."""
    n, far = parameter(density, "n_tasks"), observable(density, "mean_error", "theory")["distance"]
    return np.array(
        [
            float(landmark("continual.sparse_masks", "best_density", n_tasks=n, distance=float(d)))
            for d in far.values
        ]
    )


def masks_isolate(density: xr.DataTree) -> Evidence:
    """Is the error least at the law's density, and larger at both ends but where that is one?"""
    draws = runs(density, "mean_error").transpose("distance", "rule", "density", "replica")
    mean, error = (part.values for part in mean_and_error(draws))
    rho, law = draws["density"].values, best_densities(density)
    at = np.abs(rho - law[:, None]).argmin(axis=1)
    there = np.take_along_axis(mean, at[:, None, None], axis=2)
    se = np.hypot(error, np.take_along_axis(error, at[:, None, None], axis=2))
    least = (there <= mean + CLEAR * se).all(axis=2)
    ends = (mean[:, :, [0, -1]] > there + CLEAR * se[:, :, [0, -1]]) | (law == 1.0)[:, None, None]
    dense = mean[:, :, -1] < mean[:, :, 0]
    inner = np.where((law < 1.0)[:, None], ends.all(axis=2), dense)
    return Evidence(
        least & inner,
        (
            Number("distance of the tasks", draws["distance"].values, form="g"),
            Number("density of the least error, overwrite", rho[mean.argmin(axis=2)[:, 0]], law),
            Number("density of the least error, freeze", rho[mean.argmin(axis=2)[:, 1]], law),
            Number("least error, overwrite", mean.min(axis=2)[:, 0]),
        ),
        f"no density is better than the nearest to the law by {CLEAR:g} standard errors; where the "
        "law is below 1 both ends are worse by as much, else the densest beats the sparsest",
    )


def advantage(layers: xr.DataTree) -> xr.DataArray:
    """Exact mean error of Erdos-Renyi less uniform (energies, densities)."""
    error = observable(layers, "mean_error", "theory")
    apart = error.sel(allocation="erdos_renyi") - error.sel(allocation="uniform")
    return apart.transpose("layer_energies", "density")


def told(layers: xr.DataTree) -> tuple[Number, ...]:
    """The differences as numbers, by energy."""
    apart = advantage(layers)
    return (
        Number("total density", apart["density"].values, form="g"),
        *(
            Number(f"Erdos-Renyi less uniform, {name}", apart.values[k], form=".4f")
            for k, name in enumerate(energies(layers))
        ),
    )


def energies(layers: xr.DataTree) -> list[str]:
    """Energies in words."""
    given = observable(layers, "layer_energies_value", "theory").values
    return ["equal energy" if np.ptp(e) == 0.0 else "small layers have more" for e in given]


def erdos_renyi_when_dense(layers: xr.DataTree) -> Evidence:
    """At the largest total density."""
    return Evidence(
        advantage(layers).values[:, -1] < 0.0,
        told(layers),
        "Erdos-Renyi has the smaller exact error at the largest density",
    )


def uniform_when_sparse(layers: xr.DataTree) -> Evidence:
    """At the least total density."""
    return Evidence(
        advantage(layers).values[:, 0] > 0.0,
        told(layers),
        "uniform has the smaller exact error at the least density",
        [name == "equal energy" for name in energies(layers)],
    )


def swapped(error: xr.DataArray) -> Any:
    """The allocations in each other's place."""
    return np.flip(error.values, error.get_axis_num("allocation"))
