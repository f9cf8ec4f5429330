"""Figures of concept shift."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.concept_shift.reading import (
    best_memory,
    by_rule,
    switch_least,
    walk_least,
)
from toysim.papers.drawing import name_axes, new_figure
from toysim.papers.reading import mean_and_error, observable


def regulation(walk: xr.DataTree, rates: xr.DataTree) -> Figure:
    """What regulation costs on a walk; what it gains where concepts shift."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    found, noise = mean_and_error(observable(walk, "mean_square_error"))
    least = walk_least(walk)
    law = observable(walk, "regulated_error", "theory")
    for k, q in enumerate(found["drift"].values):
        share = found.sel(drift=q) / least[k] - 1.0
        known = (law.sel(drift=q) / least[k] - 1.0).where(share["memory"] <= 0.1 * least[k])
        look = {"fmt": "o", "ms": 3, "mfc": "none", "color": f"C{k}", "label": f"q = {q:g}"}
        left.errorbar(share["memory"], share, noise.sel(drift=q) / least[k], **look)
        known = known.dropna("memory")
        left.plot(known["memory"], known, "-", color=f"C{k}", gid=f"theory:{q:g}")
    left.set(xscale="log", yscale="log", ylim=(1e-4, None))
    name_axes(left, r"memory $\kappa$", "excess over the best gain's", "Walk: what it costs")
    p, fixed, regulated, floor = by_rule(rates, "fixed", "regulated", "bayes")
    right.plot(p, fixed, "s-", ms=4, mfc="none", label="fixed, tuned at p = 0.001")
    right.plot(p, regulated, "o-", ms=4, mfc="none", label=r"regulated, $\kappa$ = 0.08")
    right.plot(p, floor, "^-", ms=4, mfc="none", label="Bayesian filter")
    right.set(xscale="log", yscale="log")
    name_axes(right, "switch probability p", "mean square error", "Jumps: what it gains")
    return figure


def boundary(switching: xr.DataTree, seasons: xr.DataTree, fixed: xr.DataTree) -> Figure:
    """Regulated over best fixed: by the size of jumps, and by how much the steps change."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    ratio = best_memory(switching) / switch_least(switching)
    for k, p in enumerate(ratio["switch_probability"].values):
        values = ratio.sel(switch_probability=p)
        left.plot(
            values["switch_variance"],
            values,
            "o-",
            ms=4,
            mfc="none",
            color=f"C{k}",
            label=f"p = {p:g}",
        )
    left.set(xscale="log")
    change = best_memory(seasons) / observable(fixed, "mean_square_error", "theory").min("gain")
    for k, n in enumerate(change["seasons"].values):
        values = change.sel(seasons=n)
        right.plot(
            values["season_factor"],
            values,
            "o-",
            ms=4,
            mfc="none",
            color=f"C{k + 3}",
            label=f"{n} updates",
        )
    right.set(xscale="log")
    for axes in (left, right):
        axes.axhline(1.0, color="0.6", lw=1, ls=":", zorder=0)
    name_axes(left, r"size of jumps $V/\sigma^2$", "error over the best fixed", "Jumps")
    name_axes(
        right, "change of q between seasons", "error over the best fixed", "Walk with seasons"
    )
    return figure
