"""Curves of theory and means over instances, a colour a load."""

from __future__ import annotations

from typing import Any

import xarray as xr

from toysim.figures.isolated_solutions.reading import at_load, theory

SAMPLED = "message passing, N = 1000"


def load(alpha: float) -> str:
    """What a load is called in a legend."""
    return f"$\\alpha$ = {alpha:g}"


def draw_curves(axes: Any, tree: xr.DataTree, name: str, **style: Any) -> None:
    """Theory over the distance where it is valid, load by load."""
    for i, alpha in enumerate(theory(tree, "alpha").values):
        d, y = at_load(tree, alpha, "distance", name)
        names = {"label": load(alpha), "gid": f"{name}:{alpha:g}"}
        axes.plot(d, y, "-", color=f"C{i}", **names, **style)


def draw_zero(axes: Any, level: float = 0.0) -> None:
    """The level that a curve is read against."""
    axes.axhline(level, color="0.6", lw=0.8)
