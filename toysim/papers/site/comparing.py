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
from toysim.papers.drawing import new_figure

MOST = 500  # points of an observable
FAR = 1e6  # tolerances: what lies beyond is drawn there
NEAR = 3.0  # tolerances, beyond which the axis has decades
MARKS = "osD^v<>P"
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
    """Simulation over theory, each observable in units of its theory's largest value, and the
    differences in tolerances.

    Of many cells, evenly spaced ones are shown, and the one farthest off among them.
    """
    judged, theory = (tree[side].to_dataset() for side in ("simulation", "theory"))
    names = [n for n in map(str, judged.data_vars) if f"{n}_tolerance" in judged]
    seen = {name: cells for name in names if len((cells := _cells(judged, theory, name))[0])}
    figure = new_figure(7.0, 2.6)
    line, within = figure.subplots(1, 2)
    line.axline((0.0, 0.0), slope=1.0, color="0.4", lw=0.8, gid="theory")
    line.set(title="points on the line", xlabel="theory [its largest]", ylabel="simulation")
    within.axvspan(-1.0, 1.0, color="0.9", zorder=0)
    within.set(title="differences within tolerances", xlabel="difference [tolerance]")
    within.set_yticks(range(len(seen)), list(seen))
    within.set_ylim(max(1, len(seen)) - 0.5, -0.5)
    for row, (name, cells) in enumerate(seen.items()):
        _add(line, within, row, name, *cells)
    return figure


def _add(line: Any, within: Any, row: int, name: str, x: Array, off: Array, limit: Array) -> None:
    """The points of one observable in both panels."""
    look = {"marker": MARKS[(row + row // 8) % 8], "color": f"C{row % 8}", "mfc": "none", "ls": ""}
    unit = np.abs(x).max() or 1.0
    line.plot(x / unit, (x + off) / unit, gid=name, **look)
    share = np.divide(
        off, limit, out=np.where(off == 0.0, 0.0, FAR * np.sign(off)), where=limit > 0
    )
    share = np.clip(share, -FAR, FAR)
    within.plot(share, np.full(len(share), row), gid=f"{name} differences", **look)
    if np.abs(share).max() > NEAR:
        within.set_xscale("symlog", linthresh=1.0)


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
