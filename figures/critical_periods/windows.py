"""How many updates the published code of figures 1 and 7 freezes the pathway: distances from the
published numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.critical_periods.evidence import PUBLISHED_DRAWS, PUBLISHED_EARLY
from toysim.figures.critical_periods.reading import STANDARD_ERRORS, B, depths, end
from toysim.paper import Evidence, Number, listed
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, parameter

# Figure 7, early row, as the published code computes it without noise: depth -> K_b at the end, to
# three decimals.
PUBLISHED_SMALL = {2: 3.181, 3: 1.625, 4: 0.976}
LAST_DECIMAL = 0.5e-3
NAMED = {"figure 1": 15, "figure 7": 5}  # updates from the start that the published settings name


def deviations(window: xr.DataTree, small: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean K_b less the published one, over (updates, depth): in standard errors (figure 1) and in
    K (figure 7).
    """
    mean, error = mean_and_error(end(window, "simulation", "final_strength", B))
    published, spread = (
        _over(window, {d: PUBLISHED_EARLY[d][k] for d in PUBLISHED_EARLY}) for k in (0, 1)
    )
    noisy = (mean - published) / np.sqrt(error**2 + spread**2 / PUBLISHED_DRAWS)
    exact = end(small, "simulation", "final_strength", B) - _over(small, PUBLISHED_SMALL)
    return _by_updates(noisy, window), _by_updates(exact, small)


def _over(tree: xr.DataTree, by_depth: dict[int, float]) -> xr.DataArray:
    return xr.DataArray([by_depth[d] for d in depths(tree)], coords={"depth": depths(tree)})


DEPTHS = (2, 3, 4, 5, 8, 13)  # of both panels


def _by_updates(values: xr.DataArray, tree: xr.DataTree) -> xr.DataArray:
    updates = np.rint(values["deficit_length"].values / parameter(tree, "step")).astype(int)
    return values.transpose("deficit_length", "depth").assign_coords(
        updates=("deficit_length", updates)
    )


def windows_as_named(window: xr.DataTree, small: xr.DataTree) -> Evidence:
    """Are figures 1 and 7 met with as many frozen updates as their settings name?"""
    holds, numbers = [], []
    found, limits = deviations(window, small), (STANDARD_ERRORS, LAST_DECIMAL)
    for off, limit, (name, named) in zip(found, limits, NAMED.items(), strict=True):
        worst, updates = abs(off).max("depth").values, off["updates"].values
        holds.append(bool(worst[updates == named][0] <= limit))
        fits = f"{name} is met with this number of frozen updates:"
        numbers.append(Number(fits, updates[worst <= limit], named, form="d"))
        distances = f"largest distance from {name} with {listed(updates, 'd')} of them:"
        numbers.append(Number(distances, worst, error=limit))
    return Evidence(
        holds=np.array(holds),
        numbers=tuple(numbers),
        criterion="met with the updates named; distances in standard errors of the difference "
        "(figure 1) and in K up to the last printed decimal (figure 7, no noise)",
    )


def window(large: xr.DataTree, small: xr.DataTree) -> Figure:
    """Distance from the published numbers against the number of frozen updates, a panel for each
    figure.
    """
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    noisy, exact = deviations(large, small)
    draw_distances(left, noisy, "figure 1", f"[standard errors; band: ±{STANDARD_ERRORS:g}]")
    draw_distances(right, exact, "figure 7", "[units of K]")
    left.axhspan(-STANDARD_ERRORS, STANDARD_ERRORS, color="0.92", zorder=0)
    return figure


def draw_distances(axes: Any, off: xr.DataArray, name: str, unit: str) -> None:
    """Distances from one figure's numbers, a colour a depth; dotted: the updates named."""
    updates = off["updates"].values
    for depth in off["depth"].values:
        look = {"color": f"C{DEPTHS.index(int(depth))}", "label": f"D = {depth}"}
        axes.plot(updates, off.sel(depth=depth), "o-", lw=0.8, **look)
    axes.axhline(0.0, color="0.4", lw=0.8)
    axes.axvline(NAMED[name], color="0.4", ls=":", lw=1.2)
    axes.set(xticks=updates, xlabel="frozen updates", title=f"{name}, early window")
    axes.set_ylabel(f"$K_b$ less the published one\n{unit}")
    axes.legend()
