"""Reading the sweeps of this paper, and the marks that its figures share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.models.deep_linear.closed_forms import learning_time
from toysim.papers.reading import observable, parameter

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


def half_times(strengths: Any, s: float, depths: Any) -> Array:
    """The closed form's times to s / 2 from these strengths at these depths."""
    pairs = np.broadcast(strengths, depths)
    return np.array([float(learning_time(x, s / 2, s, int(d))) for x, d in pairs])


def points(axes: Any, x: Any, y: Any, color: str, tag: str = "", **look: Any) -> None:
    """Simulated values as open circles; ``tag`` names the curve in the picture's source."""
    look = {"ms": 3, "mfc": "none", "gid": f"simulation{tag and ':' + tag}"} | look
    axes.plot(x, y, "o", color=color, **look)


def line(axes: Any, x: Any, y: Any, color: str, tag: str = "", **look: Any) -> None:
    """The theory's values as a line."""
    axes.plot(x, y, color=color, gid=f"theory{tag and ':' + tag}", **{"lw": 1.2} | look)
