"""Reading sweeps over gaps: where the largest strength lies."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.papers.reading import landmark, observable, parameter

FED = 0.05  # feed of the pair of traces, beside the single trace at 0


def best_gap(strength: xr.DataArray) -> xr.DataArray:
    """Vertex of the parabola through the largest strength and its two neighbours, along ``gap`` in
    whole steps; the end itself where the largest is there.
    """
    at = strength.argmax("gap")
    last = strength.sizes["gap"] - 1
    places = (at.clip(1, last - 1) + k for k in (-1, 0, 1))
    below, middle, above = (strength.isel(gap=k).drop_vars("gap") for k in places)
    off = 0.5 * (above - below) / (2 * middle - above - below)
    return strength["gap"][at].drop_vars("gap") + off.where((at > 0) & (at < last), 0.0)


def has_effect(strength: xr.DataArray) -> xr.DataArray:
    """Whether a gap above the shortest leaves most."""
    return strength.argmax("gap") > 0


def late_best(tree: xr.DataTree) -> float:
    """The best gap at long lags."""
    names = ("fast_decay", "slow_decay", "gain")
    given = {name: parameter(tree, name) for name in names}
    return float(landmark("continual.fast_slow_memory", "late_best_interval", **given))


def ratio(tree: xr.DataTree, slow: xr.DataArray) -> xr.DataArray:
    """ln r_s/ln r_f."""
    found: xr.DataArray = np.log(slow) / np.log(parameter(tree, "fast_decay"))
    return found


def traces(pair: xr.DataTree, side: str) -> xr.DataArray:
    """Strength (traces, lag) of the fast trace that feeds the slow one, the fast and the slow one
    alone.
    """
    strength = observable(pair, "final_strength", side).transpose("traces", "lag")
    order = np.lexsort((strength["fast_decay"], strength["feed"] == 0.0))
    return strength.isel(traces=order)
