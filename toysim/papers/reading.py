"""How figures and claims read a sweep's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

from toysim.outcomes import State
from toysim.store.replicas import mean_and_error

__all__ = ["Data", "complete", "mean_and_error", "observable", "parameter"]

Data = Mapping[str, xr.DataTree]  # full name of a sweep -> its data


def observable(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable or record times of one side on the sweep's grid; the dimension of a single
    replica is dropped.
    """
    values = tree[side].to_dataset()[name]
    return values.squeeze("replica", drop=True) if values.sizes.get("replica") == 1 else values


def parameter(tree: xr.DataTree, name: str) -> Any:
    """The value of a parameter that the sweep keeps fixed."""
    return next(iter(tree.children.values()))[name].item()


def complete(tree: xr.DataTree) -> bool:
    """Whether every row of both sides ran to an end."""
    sides = [tree[side] for side in ("simulation", "theory") if side in tree]
    return all(bool((side["state"] == State.OK).all()) for side in sides)
