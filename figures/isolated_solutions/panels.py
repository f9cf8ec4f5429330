"""Curves of theory and means over instances, a colour a load."""

from __future__ import annotations

from typing import Any

import xarray as xr

from toysim.figures.isolated_solutions.reading import at_load, theory

LOADS = (0.2, 0.5, 0.7, 0.3, 0.8, 0.4, 0.6, 0.02, 0.05, 0.1)  # each has its colour
SAMPLED = "message passing, N = 1000"


def load(alpha: float) -> str:
    """What a load is called in a legend."""
    return f"$\\alpha$ = {alpha:g}"


def color_of(alpha: float) -> str:
    """The colour of a load, the same in every panel."""
    return f"C{LOADS.index(round(float(alpha), 6)) % 7}"


def draw_curves(axes: Any, tree: xr.DataTree, name: str, **style: Any) -> None:
    """Theory over the distance where it is valid, load by load."""
    for alpha in theory(tree, "alpha").values:
        d, y = at_load(tree, alpha, "distance", name)
        names = {"label": load(alpha), "gid": f"{name}:{alpha:g}"}
        axes.plot(d, y, "-", color=color_of(alpha), **names, **style)


def draw_zero(axes: Any, level: float = 0.0) -> None:
    """The level that a curve is read against."""
    axes.axhline(level, color="0.6", lw=0.8)
