"""Pictures of a comparison: simulated values on the line of equal ones, differences within their
tolerances.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure

from toysim.comparison.judged import comparison_dataset
from toysim.paper import Recipe
from toysim.papers.drawing import BLUE, RED, new_figure

MOST = 2000  # points of a panel
WIDE = 1e3  # between the largest and the smallest number, beyond which an axis has decades
Array = npt.NDArray[np.float64]


def recipe_of(sweep: str) -> Recipe:
    """The picture of a sweep's comparison, as a recipe that is drawn where its data changed."""
    title = f"Simulation against theory in every cell of {sweep}"
    return Recipe(sweep, title, "this run", (sweep,), draw_comparison)


def judged_tree(tree: xr.DataTree) -> xr.DataTree:
    """What was judged in the place of the simulation: a picture is of these numbers alone."""
    sides = {"simulation": comparison_dataset(tree), "theory": tree["theory"].to_dataset()}
    judged = xr.DataTree.from_dict(sides)
    judged.attrs = tree.attrs
    return judged


def draw_comparison(tree: xr.DataTree) -> Figure:
    """Two panels an observable: simulation over theory, and their difference in tolerances.

    Of many cells, evenly spaced ones are shown, and the one farthest off among them.
    """
    judged, theory = (tree[side].to_dataset() for side in ("simulation", "theory"))
    names = [n for n in map(str, judged.data_vars) if f"{n}_tolerance" in judged]
    seen = {name: cells for name in names if len((cells := _cells(judged, theory, name))[0])}
    figure = new_figure(7.0, 2.2 * max(1, len(seen)))
    panels = figure.subplots(max(1, len(seen)), 2, squeeze=False)
    if not seen:
        for axes in panels.ravel():
            axes.set(title="no cell was judged", xlabel="theory")
    for (left, right), (name, cells) in zip(panels, seen.items(), strict=False):
        _on_the_line(left, name, *cells)
        _within(right, name, *cells)
    return figure


def _cells(judged: xr.Dataset, theory: xr.Dataset, name: str) -> tuple[Array, Array, Array]:
    """Theory, difference and tolerance of the cells that were judged, the farthest ones kept."""
    tolerance, off = judged[f"{name}_tolerance"], judged[name]
    law = theory[name].astype(float).broadcast_like(off).transpose(*off.dims)
    flat = [np.asarray(v.values, float).ravel() for v in (law, off, tolerance)]
    kept = np.isfinite(flat[0]) & np.isfinite(flat[1]) & np.isfinite(flat[2])
    x, d, t = (v[kept] for v in flat)
    chosen = _few(np.abs(d) / np.where(t > 0.0, t, np.inf))
    return x[chosen], d[chosen], t[chosen]


def _few(share: Array) -> npt.NDArray[np.int64]:
    if len(share) <= MOST:
        return np.arange(len(share))
    even = np.linspace(0, len(share) - 1, MOST).astype(np.int64)
    return np.unique(np.append(even, np.argmax(share)))


def _on_the_line(axes: Any, name: str, x: Array, off: Array, tolerance: Array) -> None:
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, ends, "-", color=RED, gid="theory", label="equal")
    axes.plot(x, x + off, "o", color=BLUE, mfc="none", gid="simulation", label="simulation")
    axes.set(title=f"{name}: points on the line", xlabel="theory", ylabel="simulation")
    if _wide(x):
        axes.set(xscale="log", yscale="log")
    axes.legend()


def _within(axes: Any, name: str, x: Array, off: Array, tolerance: Array) -> None:
    share = np.divide(off, tolerance, out=np.where(off == 0.0, 0.0, np.inf), where=tolerance > 0.0)
    axes.axhspan(-1.0, 1.0, color="0.9", zorder=0)
    axes.axhline(0.0, color=RED, lw=0.8)
    axes.plot(x, share, "o", color=BLUE, mfc="none", gid="share")
    axes.set(title=f"{name}: differences", xlabel="theory", ylabel="difference [tolerance]")
    if _wide(x):
        axes.set(xscale="log")


def _wide(x: Array) -> bool:
    return bool(x.min() > 0.0 and x.max() > WIDE * x.min())
