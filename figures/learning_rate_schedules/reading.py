"""Reading the sweeps of schedules: the loss at the best peak, and what a curve is called."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import observable

Array = npt.NDArray[np.float64]

TIE = 0.005  # losses closer than this, relative, are not told apart on a grid of peaks


def tuned(tree: xr.DataTree, name: str = "final_loss") -> xr.DataArray:
    """The exact loss at the best peak of the grid."""
    return observable(tree, name, "theory").min("learning_rate")


def named(loss: xr.DataArray) -> xr.DataArray:
    """Curves by name: the schedule, with its shape where several are told apart by it."""
    told = {"rex": ("rex_shape", "rex {:g}"), "uba": ("uba_shape", "uba {:g}")}
    told["wsd_s"] = ("decay_share", "wsd {:.0%}")
    names = []
    for k, schedule in enumerate(loss["schedule"].values):
        shape, form = told.get(str(schedule), ("", ""))
        several = shape in loss.coords and loss[shape].dims == ("curve",)
        names.append(form.format(loss[shape].values[k]) if several else str(schedule))
    dropped = [c for c in loss.coords if loss[c].dims == ("curve",)]
    return loss.drop_vars(dropped).assign_coords(curve=names)


def over_best(budget: xr.DataTree, optimum: xr.DataTree) -> xr.DataArray:
    """Loss of every curve at its best peak over that of the best schedule."""
    return named(tuned(budget)) / observable(optimum, "final_loss", "theory")


def searches(tree: xr.DataTree) -> dict[tuple[str, int], float]:
    """Final loss by evaluation and trial steps."""
    loss = observable(tree, "final_loss", "theory")
    kinds = zip(loss["evaluation"].values, loss["trial_steps"].values, strict=True)
    return {
        (str(e), int(t)): float(x) for (e, t), x in zip(kinds, np.ravel(loss.values), strict=True)
    }


def course(tree: xr.DataTree, name: str, n_steps: int) -> tuple[Array, Array]:
    """Share of the run and a recorded number, without the end, which has no rate."""
    at = {"n_steps": n_steps}
    share = observable(tree, "update", "theory").sel(at).values / n_steps
    return share[:-1], observable(tree, name, "theory").sel(at).values[:-1]
