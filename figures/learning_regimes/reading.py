"""Reading the sweeps of this paper, and the closed form's times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.landmarks import LandmarkValue
from toysim.models.deep_linear.closed_forms import learning_time
from toysim.papers.reading import landmark, observable, parameter

Array = npt.NDArray[np.float64]

SINGULAR_VALUES = np.array([4.0, 3.0, 2.0, 1.0])  # of the task of rich_lazy_network.toml


def kernel_change(tree: xr.DataTree) -> xr.DataArray:
    """Change of the mode's neural tangent kernel w1^2 + w2^2 = sqrt(lambda^2 + 4 K^2) while it is
    learned, relative.
    """
    end, start = observable(tree, "sharpness"), parameter(tree, "start_strength")
    change: xr.DataArray = end / np.hypot(end["layer_offset"], 2 * start) - 1
    return change


def in_threshold_units(tree: xr.DataTree) -> xr.DataArray:
    """step * sharpness / 2 with the sharpness of gradient flow's end state, over (depth, step)."""
    sharpness = observable(tree, "sharpness", "theory")
    return (sharpness * sharpness["step"] / 2).transpose("depth", "step")


def shared_step(s: float, depth: int) -> LandmarkValue:
    """Largest step at which two even pathways stay at the end state."""
    even: dict[str, Any] = {"singular_value": s, "depth": depth, "n_pathways": 2}
    return landmark("deep_linear.modes", "shared_stable_step", **even)


def half_times(strengths: Any, s: float, depths: Any) -> Array:
    """The closed form's times to s / 2 from these strengths at these depths."""
    pairs = np.broadcast(strengths, depths)
    return np.array([float(learning_time(x, s / 2, s, int(d))) for x, d in pairs])
