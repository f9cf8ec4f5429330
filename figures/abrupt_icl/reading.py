"""Reading the sweeps of abrupt in-context learning."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.abrupt_icl.statistics import half_rise
from toysim.papers.reading import observable, parameter, reached_or_later, runs

Array = npt.NDArray[np.float64]


def clock(tree: xr.DataTree) -> Array:
    """Times (R,) of the records, where they are the same in every cell."""
    time = observable(tree, "time").values
    return np.asarray(time.reshape(-1, time.shape[-1])[0], float)


def counts(tree: xr.DataTree) -> tuple[int, int]:
    """Numbers of pairs and of labels, where the sweep keeps them fixed."""
    return int(parameter(tree, "n_pairs")), int(parameter(tree, "n_labels"))


def ends(tree: xr.DataTree, name: str, *dims: str) -> xr.DataArray:
    """The last record of every run (*dims, replica)."""
    return runs(tree, name).isel(record=-1).transpose(*dims, "replica")


def both_ends(tree: xr.DataTree, *dims: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Accuracies at the end, in context and in weights (*dims, replica)."""
    return ends(tree, "ic_accuracy", *dims), ends(tree, "iw_accuracy", *dims)


def half_rises(tree: xr.DataTree, *names: str) -> dict[str, Array]:
    """Half-rise times of measures in units of t50, run by run (..., replica)."""
    time, t50 = clock(tree), runs(tree, "t50").values
    courses = {name: runs(tree, name).values for name in names}
    return {name: np.apply_along_axis(half_rise, -1, c, time) / t50 for name, c in courses.items()}


def over_mean_field(tree: xr.DataTree) -> xr.DataArray:
    """t50 of every run over the mean field's; a run without a cliff has it later than any."""
    return reached_or_later(runs(tree, "t50")) / observable(tree, "mean_field_t50", "theory")


def local_exponent(tree: xr.DataTree) -> tuple[Array, Array]:
    """Pairs N, and d log t50 / d log N between neighbours."""
    n, t50 = observable(tree, "n_pairs").values, observable(tree, "t50").values
    return n, np.diff(np.log(t50)) / np.diff(np.log(n))


def over_four_logits(times: xr.DataTree, four: xr.DataTree) -> xr.DataArray:
    """Median t50 of the head over that of four logits (learn_beta2, size), two parameters first."""
    measured = reached_or_later(runs(times, "t50")).median("replica")
    learns = measured["learn_beta2"].astype(float)
    ratio = measured / observable(four, "t50").sel(beta2_mobility=learns)
    return ratio.sortby("learn_beta2").transpose("learn_beta2", "size")
