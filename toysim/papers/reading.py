"""How figures and claims read a sweep's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.asking import landmark
from toysim.outcomes import State, Status
from toysim.store.moments import mean_and_error

__all__ = [
    "Data",
    "Flags",
    "complete",
    "ended",
    "entered",
    "landmark",
    "mean_and_error",
    "observable",
    "parameter",
    "reached_or_later",
    "runs",
    "sides",
]

Data = Mapping[str, xr.DataTree]  # full name of a sweep -> its data
Flags = npt.NDArray[np.bool_]


def observable(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable or record times of one side on the sweep's grid; the dimension of a single
    replica is dropped.
    """
    values = tree[side].to_dataset()[name]
    return values.squeeze("replica", drop=True) if values.sizes.get("replica") == 1 else values


def sides(tree: xr.DataTree, name: str, **at: Any) -> tuple[xr.DataArray, xr.DataArray]:
    """An observable of the simulation, and the theory's; ``at``: a place of the grid."""
    simulated, law = (observable(tree, name, side) for side in ("simulation", "theory"))
    return simulated.sel(at, drop=True), law.sel(at, drop=True)


def runs(tree: xr.DataTree, name: str) -> xr.DataArray:
    """An observable of the simulation in every run; the replicas stay, also where there is one."""
    return tree["simulation"].to_dataset()[name]


def ended(tree: xr.DataTree, name: str) -> xr.DataArray:
    """An observable of the simulation in every run, NaN in those whose status is not ok."""
    return runs(tree, name).where(runs(tree, "status") == Status.OK)


def reached_or_later(times: xr.DataArray) -> xr.DataArray:
    """Times with those that a run did not reach (NaN) as later than any.

    Their medians and quartiles over ``replica`` are order statistics, infinite where the runs were
    too short to know them. A mean over the runs that did reach it would come out too early.
    """
    return times.fillna(np.inf)


def entered(draws: xr.DataArray) -> str:
    """`` (3/4)``, the fewest replicas that entered a mean: behind the label of a curve of means;
    empty where all did.
    """
    counts, n = draws.count("replica"), draws.sizes["replica"]
    fewest = int(counts.where(counts > 0, n).min())
    return f" ({fewest}/{n})" if fewest < n else ""


def parameter(tree: xr.DataTree, name: str) -> Any:
    """The value of a parameter that the sweep keeps fixed."""
    return next(iter(tree.children.values()))[name].item()


def complete(tree: xr.DataTree) -> bool:
    """Whether every row of both sides ran to an end."""
    sides = [tree[side] for side in ("simulation", "theory") if side in tree]
    return all(bool((side["state"] == State.OK).all()) for side in sides)
