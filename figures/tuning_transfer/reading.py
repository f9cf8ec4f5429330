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
SHORT, LONG = "short common direction", "long common direction"


class Scores(NamedTuple):
    """Final errors of both algorithms (2, n) by scenario: tuned on itself, and on each other one in
    the mean; and the mean (2, n) of what was tuned on a scenario over the others.
    """

    conventional: Array
    transferred: Array
    of_tuned: Array
    share: float  # of pairs in which one a visit is the worse


class Compared(NamedTuple):
    """Scenarios of one kind in units that are alike and apart, (n,): single ones, or all that have
    one common direction. Both algorithms' errors (2, n) where tuned and elsewhere.
    """

    conventional: Array
    transferred: Array
    worse: Array  # by how much one a visit is worse than one plasticity, transferred (n,)
    share: float

    @property
    def excess(self) -> Array:
        return self.transferred - self.conventional


def kinds(tune: xr.DataTree, common: xr.DataTree) -> dict[str, Compared]:
    """Every kind of scenarios, by name: spreads of lengths, and short and long common directions.

    A common vector is long where its teachers' mean square is above 1, that of all vectors.
    """
    spreads = observable(tune, "best_plasticity", "theory")["spread"].values
    found = {
        f"own directions, spread {s:g}": _by_scenario(scored(tune, spread=k))
        for k, s in enumerate(spreads)
    }
    error = observable(common, "error", "theory").isel(record=0)
    long = error.mean(("task", "teacher_draw")).values > 1.0
    every = [scored(common, common_draw=k) for k in range(len(long))]
    for name, some in ((SHORT, ~long), (LONG, long)):
        found[name] = _by_direction([s for s, chosen in zip(every, some, strict=True) if chosen])
    return found


def _by_scenario(s: Scores) -> Compared:
    return Compared(s.conventional, s.transferred, s.of_tuned[1] - s.of_tuned[0], s.share)


def _by_direction(every: list[Scores]) -> Compared:
    own, other = (
        np.array([getattr(s, name).mean(axis=1) for s in every]).T
        for name in ("conventional", "transferred")
    )
    return Compared(own, other, other[1] - other[0], float(np.mean([s.share for s in every])))


def tables(tree: xr.DataTree, **at: int) -> Array:
    """Final errors (2, tuned on, scored on) of both algorithms, at a place of the grid."""
    names = ("error", "distance", "best_plasticity", "best_plasticities")
    dims = (("task", "record"), ("task", "other"), (), ("visited",))
    start, far, one, many = (
        observable(tree, name, "theory").isel(at).transpose("teacher_draw", *dim).values
        for name, dim in zip(names, dims, strict=True)
    )
    told = [parameter(tree, name) for name in ("dimension", "n_samples", "noise")]
    courses = np.concatenate([np.broadcast_to(one[:, None], many.shape), many])
    errors = [
        final_errors(e0, d, courses, *told) for e0, d in zip(start[:, :, 0], far, strict=True)
    ]
    return np.array(errors).T.reshape(2, len(one), len(one))


def scored(tree: xr.DataTree, **at: int) -> Scores:
    """Conventional and transferred scores at a place of the grid."""
    table = tables(tree, **at)
    n = table.shape[1]
    conventional = np.diagonal(table, axis1=1, axis2=2)
    transferred = (table.sum(axis=1) - conventional) / (n - 1)
    of_tuned = (table.sum(axis=2) - conventional) / (n - 1)
    apart = ~np.eye(n, dtype=bool)
    return Scores(conventional, transferred, of_tuned, float((table[1] > table[0])[apart].mean()))


def standard_error(values: Array) -> Array:
    """Of the mean over the last axis."""
    return np.asarray(values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1]))
