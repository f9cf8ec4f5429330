"""Reading the tuned scenarios: what each one's plasticities come to on every other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.models.continual.fresh_tasks.closed_forms import final_errors
from toysim.papers.reading import observable, parameter

Array = npt.NDArray[np.float64]

ALGORITHMS = ("one plasticity", "one a visit")


class Scores(NamedTuple):
    """Final errors of both algorithms (2, n) by scenario: tuned on itself, and on each other one in
    the mean; and the mean (2, n) of what was tuned on a scenario over the others.
    """

    conventional: Array
    transferred: Array
    of_tuned: Array
    share: float  # of pairs in which one a visit is the worse

    @property
    def excess(self) -> Array:
        return self.transferred - self.conventional

    @property
    def worse(self) -> Array:
        """By how much one a visit is worse than one plasticity, transferred (n,)."""
        return np.asarray(self.of_tuned[1] - self.of_tuned[0])


def settings(tree: xr.DataTree) -> list[str]:
    """Scenarios in words."""
    found = observable(tree, "best_plasticity", "theory")
    pairs = zip(found["spread"].values, found["common_draw"].values, strict=True)
    common = {True: "own directions", False: "one common direction"}
    return [f"{common[bool(c < 0)]}, spread {s:g}" for s, c in pairs]


def own(tree: xr.DataTree) -> npt.NDArray[np.bool_]:
    """Which settings have directions of their own in every scenario."""
    return np.asarray(observable(tree, "best_plasticity", "theory")["common_draw"].values < 0)


def tables(tree: xr.DataTree, setting: int) -> Array:
    """Final errors (2, tuned on, scored on) of both algorithms."""
    names = ("error", "distance", "best_plasticity", "best_plasticities")
    dims = (("task", "record"), ("task", "other"), (), ("visited",))
    start, far, one, many = (
        observable(tree, name, "theory")
        .isel(scenarios=setting)
        .transpose("teacher_draw", *dim)
        .values
        for name, dim in zip(names, dims, strict=True)
    )
    told = [parameter(tree, name) for name in ("dimension", "n_samples", "noise")]
    courses = np.concatenate([np.broadcast_to(one[:, None], many.shape), many])
    errors = [
        final_errors(e0, d, courses, *told) for e0, d in zip(start[:, :, 0], far, strict=True)
    ]
    return np.array(errors).T.reshape(2, len(one), len(one))


def scored(tree: xr.DataTree, setting: int) -> Scores:
    """Conventional and transferred scores of one setting."""
    table = tables(tree, setting)
    n = table.shape[1]
    conventional = np.diagonal(table, axis1=1, axis2=2)
    transferred = (table.sum(axis=1) - conventional) / (n - 1)
    of_tuned = (table.sum(axis=2) - conventional) / (n - 1)
    apart = ~np.eye(n, dtype=bool)
    return Scores(conventional, transferred, of_tuned, float((table[1] > table[0])[apart].mean()))


def standard_error(values: Array) -> Array:
    """Of the mean over the last axis."""
    return np.asarray(values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1]))
